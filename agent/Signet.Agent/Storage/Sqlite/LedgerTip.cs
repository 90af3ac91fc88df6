using Signet.Agent.Ledger;

namespace Signet.Agent.Storage.Sqlite;

/// <summary>
/// What the next record of the ledger is built on. The writer keeps it from commit to commit, so that an append reads nothing;
/// after anything that was undone it is read from the store again.
/// </summary>
/// <param name="Tree">Right edge of the tree; its size is the index of the next record.</param>
internal sealed record LedgerTip(MerkleFrontier Tree)
{
    /// <summary>Time of the newest record as it is written there; null where there is none.</summary>
    public string? LastTime { get; set; }

    /// <summary>Reads it.</summary>
    /// <exception cref="InvalidDataException">The store has lost a part of the tree.</exception>
    public static LedgerTip Read(SqliteAgentReader reader)
    {
        var size = reader.LedgerSize;
        return new LedgerTip(MerkleFrontier.Read(size, reader.ReadNode)) { LastTime = reader.TimeOf(size - 1) };
    }
}
