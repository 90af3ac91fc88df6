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
        recordQuery.CommandText = "SELECT idx, record FROM records ORDER BY idx";
        using var hashQuery = connection.CreateCommand();
        hashQuery.CommandText = "SELECT idx, hash FROM nodes WHERE level = 0 ORDER BY idx";
        using var checkpointQuery = connection.CreateCommand();
        checkpointQuery.CommandText = "SELECT size, note FROM checkpoints ORDER BY size";
        using var records = Execute(recordQuery);
        using var hashes = Execute(hashQuery);
        using var checkpoints = Execute(checkpointQuery);
        var hasCheckpoint = Step(checkpoints);
        var hasHash = Step(hashes);
        while (Step(records))
        {
            var index = records.GetInt64(0);

            // Side by side, which is faster than a join; either may have a gap.
            while (hasHash && hashes.GetInt64(0) < index)
            {
                hasHash = Step(hashes);
            }

            var hash = hasHash && hashes.GetInt64(0) == index ? hashes.GetFieldValue<byte[]>(1) : null;
            yield return new AuditedEntry(records.GetFieldValue<byte[]>(1), null, index, hash);
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
