namespace Signet.Agent.Ledger.Auditing;

/// <summary>Something in a ledger that does not hold.</summary>
/// <param name="Index">Index of the record that it is about; null where no single record can be named.</param>
/// <param name="Detail">What, for people.</param>
internal sealed record LedgerFinding(long? Index, string Detail);

/// <summary>What verifying a ledger resulted in.</summary>
/// <param name="Size">Number of records that were read.</param>
/// <param name="Checkpoints">Number of checkpoints whose root and signature were checked.</param>
/// <param name="Root">Root of the tree over all records, 32 bytes.</param>
/// <param name="Findings">What does not hold, in the order in which it was found; empty where all holds.</param>
internal sealed record LedgerVerification(
    long Size, int Checkpoints, byte[] Root, IReadOnlyList<LedgerFinding> Findings)
{
    /// <summary>Whether the whole ledger holds.</summary>
    public bool Holds => Findings.Count == 0;
}
