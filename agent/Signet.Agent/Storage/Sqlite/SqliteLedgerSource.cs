using Microsoft.Data.Sqlite;
using Signet.Agent.Ledger.Auditing;

namespace Signet.Agent.Storage.Sqlite;

/// <summary>The ledger in a store's file, read as it is on disk, also while an agent writes to it.</summary>
/// <param name="databasePath">The SQLite file.</param>
internal sealed class SqliteLedgerSource(string databasePath) : ILedgerSource
{
    /// <inheritdoc/>
    public IEnumerable<AuditedEntry> Read()
    {
        using var connection = Open();
        using var snapshot = connection.BeginTransaction(deferred: true);
        using var recordQuery = connection.CreateCommand();
        recordQuery.CommandText =
            "SELECT r.idx, r.record, n.hash FROM records r LEFT JOIN nodes n ON n.level = 0 AND n.idx = r.idx ORDER BY r.idx";
        using var checkpointQuery = connection.CreateCommand();
        checkpointQuery.CommandText = "SELECT size, note FROM checkpoints ORDER BY size";
        using var records = Execute(recordQuery);
        using var checkpoints = Execute(checkpointQuery);
        var hasCheckpoint = Step(checkpoints);
        while (Step(records))
        {
            var index = records.GetInt64(0);
            yield return new AuditedEntry(
                records.GetFieldValue<byte[]>(1), null, index, records.IsDBNull(2) ? null : records.GetFieldValue<byte[]>(2));
            while (hasCheckpoint && checkpoints.GetInt64(0) <= index + 1)
            {
                yield return new AuditedEntry(null, checkpoints.GetString(1), checkpoints.GetInt64(0));
                hasCheckpoint = Step(checkpoints);
            }
        }

        while (hasCheckpoint)
        {
            yield return new AuditedEntry(null, checkpoints.GetString(1), checkpoints.GetInt64(0));
            hasCheckpoint = Step(checkpoints);
        }
    }

    private SqliteConnection Open()
    {
        try
        {
            return SqliteFiles.OpenForReading(databasePath);
        }
        catch (SqliteException exception)
        {
            throw Unreadable(exception);
        }
    }

    private static SqliteDataReader Execute(SqliteCommand command)
    {
        try
        {
            return command.ExecuteReader();
        }
        catch (SqliteException exception)
        {
            throw Unreadable(exception);
        }
    }

    private static bool Step(SqliteDataReader reader)
    {
        try
        {
            return reader.Read();
        }
        catch (SqliteException exception)
        {
            throw Unreadable(exception);
        }
    }

    private static FormatException Unreadable(SqliteException exception) =>
        new($"The store cannot be read: {exception.Message}", exception);
}
