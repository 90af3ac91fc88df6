using Microsoft.Data.Sqlite;

namespace Signet.Agent.Storage.Sqlite;

/// <summary>The files of a store and how they are opened.</summary>
internal static class SqliteFiles
{
    // Nobody but the agent writes, so a lock that stays this long is a fault.
    private const int BusySeconds = 5;

    /// <summary>Takes the lock that keeps a second agent away; the operating system lets go of it when the process ends.</summary>
    /// <exception cref="IOException">Another agent holds it.</exception>
    public static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception)
        {
            throw new IOException($"Another agent uses the store: '{path}' is locked. Stop it first.", exception);
        }
    }

    /// <summary>The writer's connection: write-ahead log, synced at each commit.</summary>
    public static SqliteConnection OpenForWriting(string path)
    {
        var connection = Open(path, SqliteOpenMode.ReadWriteCreate, pooling: false);
        connection.Execute("PRAGMA journal_mode = WAL");
        connection.Execute("PRAGMA synchronous = FULL");
        connection.Execute("PRAGMA foreign_keys = ON");
        // What a savepoint would bring back stays in memory; else SQLite makes a file for it with each signature.
        connection.Execute("PRAGMA temp_store = MEMORY");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return connection;
    }

    /// <summary>A connection for queries.</summary>
    public static SqliteConnection OpenForReading(string path)
    {
        var connection = Open(path, SqliteOpenMode.ReadOnly, pooling: true);
        // There may be as many as there are files under way, and the system keeps what they read.
        connection.Execute("PRAGMA cache_size = -256");
        return connection;
    }

    /// <summary>Closes the pooled connections for queries.</summary>
    public static void CloseReaders(string path)
    {
        using var connection = new SqliteConnection(ConnectionString(path, SqliteOpenMode.ReadOnly, pooling: true));
        SqliteConnection.ClearPool(connection);
    }

    private static SqliteConnection Open(string path, SqliteOpenMode mode, bool pooling)
    {
        var connection = new SqliteConnection(ConnectionString(path, mode, pooling));
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static string ConnectionString(string path, SqliteOpenMode mode, bool pooling) =>
        new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = mode,
            Pooling = pooling,
            DefaultTimeout = BusySeconds,
        }.ToString();
}
