using Signet.Agent.Ledger;

namespace Signet.Agent.Storage.Sqlite;

/// <summary>
/// A look at the end of the store before it is written to: an agent must not build on a ledger that was cut or altered.
/// It is quick; <c>signet audit verify</c> recomputes all.
/// </summary>
internal static class StoreSelfCheck
{
    /// <summary>Checks newest checkpoint, number of records, root, and the checkpoint kept beside the store.</summary>
    /// <exception cref="InvalidDataException">They do not agree.</exception>
    public static void Run(SqliteAgentReader reader, VerifierKey verifier, string checkpointPath)
    {
        var size = reader.LedgerSize;
        if (size == 0 && !File.Exists(checkpointPath))
        {
            return;
        }

        try
        {
            var newest = Checkpoint.Open(reader.LatestCheckpoint ?? string.Empty, verifier);
            var kept = File.Exists(checkpointPath) ? Checkpoint.Open(File.ReadAllText(checkpointPath), verifier) : newest;
            var holds = newest.Size == size
                && newest.Root.AsSpan().SequenceEqual(MerkleProofs.Root(size, reader.ReadNode))
                && kept.Size <= size
                && kept.Root.AsSpan().SequenceEqual(MerkleProofs.Root(kept.Size, reader.ReadNode));
            if (!holds)
            {
                throw new InvalidDataException("The ledger is not the one that its newest checkpoint was signed for.");
            }
        }
        catch (Exception exception) when (exception is FormatException or InvalidDataException)
        {
            throw new InvalidDataException(
                "The ledger is damaged or was altered, so the agent does not build on it. "
                + "Run 'signet audit verify' on it, keep it for the auditor, and put back a backup.", exception);
        }
    }
}
