using Microsoft.Data.Sqlite;

namespace Signet.Agent.Storage.Sqlite;

/// <summary>
/// A transaction of a session; what was not committed is undone at its end. The library's own prepares its statements again
/// each time.
/// </summary>
internal sealed class SessionTransaction(SqliteSession session) : IDisposable
{
    private bool _ended;

    /// <summary>Keeps what was done.</summary>
    /// <exception cref="SqliteException">It could not be written; whether it is on disk is not known.</exception>
    public void Commit()
    {
        session.Execute("COMMIT");
        _ended = true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_ended)
        {
            return;
        }

        _ended = true;
        try
        {
            session.Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // SQLite has undone it by itself, as after a full disk. Who used the session learned of the failure.
        }
    }
}
