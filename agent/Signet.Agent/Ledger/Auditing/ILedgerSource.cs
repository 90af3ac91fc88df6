namespace Signet.Agent.Ledger.Auditing;

/// <summary>Where a verifier reads a ledger from: a store, or an export of one.</summary>
internal interface ILedgerSource
{
    /// <summary>Every record in order, and every checkpoint behind the last record that it covers.</summary>
    /// <exception cref="FormatException">The source cannot be read; the message says where it breaks.</exception>
    IEnumerable<AuditedEntry> Read();
}

/// <summary>One thing that a verifier reads: a record, or a checkpoint.</summary>
/// <param name="Record">Stored bytes of a record; null for a checkpoint.</param>
/// <param name="Checkpoint">Text of a checkpoint; null for a record.</param>
/// <param name="StatedIndex">Index or tree size under which the source keeps it; null where it states none.</param>
/// <param name="StoredLeafHash">Hash that the source keeps of a record, which names the very record that was changed; null for none.</param>
internal readonly record struct AuditedEntry(
    byte[]? Record, string? Checkpoint, long? StatedIndex = null, byte[]? StoredLeafHash = null);
