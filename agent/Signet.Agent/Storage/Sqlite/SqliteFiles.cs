using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

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
        // The pages that appends go to stay in memory.
        connection.Execute("PRAGMA cache_size = -16384");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return connection;
    }

    /// <summary>A connection for queries.</summary>
    public static SqliteConnection OpenForReading(string path) => Open(path, SqliteOpenMode.ReadOnly, pooling: true);

    /// <summary>Closes the pooled connections for queries.</summary>
    public static void CloseReaders(string path)
    {
        using var connection = new SqliteConnection(ConnectionString(path, SqliteOpenMode.ReadOnly, pooling: true));
        SqliteConnection.ClearPool(connection);
    }

    /// <summary>
    /// Keeps the newest checkpoint beside the store. It is not synced: after a crash it may be older than the store, which is
    /// harmless; only one that is newer than the store is a finding.
    /// </summary>
    public static void KeepCheckpoint(string path, string? checkpoint, ILogger logger)
    {
        if (checkpoint is null)
        {
            return;
        }

        try
        {
            var temporary = path + ".new";
            File.WriteAllText(temporary, checkpoint);
            File.Move(temporary, path, overwrite: true);
        }
        catch (IOException exception)
        {
            logger.LogWarning(exception, "The newest checkpoint could not be kept beside the store");
        }
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
