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
        using var connection = Try(() => SqliteFiles.OpenForReading(databasePath));
        using var snapshot = connection.BeginTransaction(deferred: true);
        using var recordQuery = connection.CreateCommand();
        recordQuery.CommandText = $"SELECT idx, record, {HashOfRecord(connection)} FROM records ORDER BY idx";
        using var checkpointQuery = connection.CreateCommand();
        checkpointQuery.CommandText = "SELECT size, note FROM checkpoints ORDER BY size";
        using var records = Try(recordQuery.ExecuteReader);
        using var checkpoints = Try(checkpointQuery.ExecuteReader);
        Func<bool> nextRecord = records.Read;
        Func<bool> nextCheckpoint = checkpoints.Read;
        var hasCheckpoint = Try(nextCheckpoint);
        while (Try(nextRecord))
        {
            var index = records.GetInt64(0);
            var hash = records.IsDBNull(2) ? null : records.GetFieldValue<byte[]>(2);
            yield return new AuditedEntry(records.GetFieldValue<byte[]>(1), null, index, hash);
            while (hasCheckpoint && checkpoints.GetInt64(0) <= index + 1)
            {
                yield return new AuditedEntry(null, checkpoints.GetString(1), checkpoints.GetInt64(0));
                hasCheckpoint = Try(nextCheckpoint);
            }
        }

        while (hasCheckpoint)
        {
            yield return new AuditedEntry(null, checkpoints.GetString(1), checkpoints.GetInt64(0));
            hasCheckpoint = Try(nextCheckpoint);
        }
    }

    // What an auditor has may be a copy that an older agent left; it is read as it is.
    private static string HashOfRecord(SqliteConnection connection) => Try(() => Schema.VersionOf(connection)) < Schema.NodesWithRecords
        ? "(SELECT hash FROM nodes WHERE level = 0 AND nodes.idx = records.idx)"
        : HashBlob.At("nodes", 0);

    private static T Try<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (SqliteException exception)
        {
            throw new FormatException($"The store cannot be read: {exception.Message}", exception);
        }
    }
}
