namespace Signet.Agent.Ledger.Auditing;

/// <summary>An entry with what can be said of it without those before it.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="LeafHash">Of a record: its hash in the tree.</param>
/// <param name="Header">Of a record: what it states; null where it cannot be read.</param>
/// <param name="Checkpoint">Of a checkpoint whose signature holds: what it states; null otherwise.</param>
/// <param name="Problem">Why header or checkpoint is null.</param>
internal readonly record struct ExaminedEntry(
    AuditedEntry Entry, byte[]? LeafHash, RecordHeader? Header, Checkpoint? Checkpoint, string? Problem)
{
    /// <summary>Hashes and parses a record; parses a checkpoint and checks its signature.</summary>
    public static ExaminedEntry Of(AuditedEntry entry, VerifierKey verifier)
    {
        var leaf = entry.Record is { } record ? MerkleHash.OfLeaf(record) : null;
        try
        {
            return entry.Record is null
                ? new ExaminedEntry(entry, null, null, Checkpoint.Open(entry.Checkpoint!, verifier), null)
                : new ExaminedEntry(entry, leaf, RecordHeader.Read(entry.Record), null, null);
        }
        catch (FormatException exception)
        {
            return new ExaminedEntry(entry, leaf, null, null, exception.Message);
        }
    }
}
