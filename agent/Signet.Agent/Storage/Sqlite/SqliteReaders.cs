using System.Collections.Concurrent;

namespace Signet.Agent.Storage.Sqlite;

/// <summary>Sessions for queries, kept open between them. Each query sees one state of the store.</summary>
/// <remarks>Safe for use by several threads at once.</remarks>
/// <param name="databasePath">The SQLite file; exists.</param>
internal sealed class SqliteReaders(string databasePath) : IDisposable
{
    private const int MostKept = 32;

    private readonly ConcurrentBag<SqliteSession> _idle = [];

    /// <summary>Runs a query.</summary>
    /// <exception cref="Microsoft.Data.Sqlite.SqliteException">The store cannot be read.</exception>
    public T Read<T>(Func<IAgentReader, T> query)
    {
        var session = _idle.TryTake(out var idle) ? idle : new SqliteSession(SqliteFiles.OpenForReading(databasePath));
        var keep = false;
        try
        {
            using var snapshot = session.Begin(deferred: true);
            var answer = query(new SqliteAgentReader(session));
            keep = _idle.Count < MostKept;
            return answer;
        }
        finally
        {
            if (keep)
            {
                _idle.Add(session);
            }
            else
            {
                // One that failed is not used again.
                session.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_idle.TryTake(out var session))
        {
            session.Dispose();
        }
    }
}
