using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Signet.Agent.Ledger;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.Storage.Sqlite;

/// <summary>
/// The embedded store: one SQLite file with a write-ahead log, synced to disk at each commit. One writer takes everything
/// that waits into one transaction, so that many callers share one sync and one signed checkpoint.
/// </summary>
internal sealed class SqliteAgentStore : IAgentStore
{
    private const int MaxGroup = 512;

    private readonly SqliteStoreOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LedgerKey _key;
    private readonly FileStream _lockFile;
    private readonly Channel<IWorkItem> _queue = Channel.CreateBounded<IWorkItem>(10_000);
    private readonly Task _writer;
    private SqliteConnection? _connection;
    private volatile bool _writable = true;

    private SqliteAgentStore(
        SqliteStoreOptions options, LedgerKey key, FileStream lockFile, SqliteConnection connection,
        TimeProvider time, ILogger logger)
    {
        _options = options;
        _key = key;
        _lockFile = lockFile;
        _connection = connection;
        _time = time;
        _logger = logger;
        _writer = Task.Factory.StartNew(
            WriteLoopAsync, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
    }

    /// <inheritdoc/>
    public string VerifierKey => _key.Verifier.ToString();

    /// <inheritdoc/>
    public bool IsWritable => _writable;

    /// <summary>Opens the store, makes it where it is missing, and checks that its end is as its newest checkpoint says.</summary>
    /// <exception cref="InvalidDataException">The store is damaged or not this key's; the agent must not start on it.</exception>
    /// <exception cref="IOException">Another agent uses the store.</exception>
    public static SqliteAgentStore Open(SqliteStoreOptions options, TimeProvider time, ILogger logger)
    {
        var lockFile = SqliteFiles.Lock(options.LockPath);
        SqliteConnection? connection = null;
        LedgerKey? key = null;
        try
        {
            var isNew = !File.Exists(options.DatabasePath);
            if (!isNew && !File.Exists(options.LedgerKeyPath))
            {
                throw new InvalidDataException(
                    $"The store is there, but its ledger key '{options.LedgerKeyPath}' is missing. Put it back from a backup.");
            }

            key = LedgerKey.Open(options.LedgerKeyPath, options.Origin);
            connection = SqliteFiles.OpenForWriting(options.DatabasePath);
            Schema.Prepare(connection);
            StoreSelfCheck.Run(new SqliteAgentReader(connection), key.Verifier, options.CheckpointPath);
            return new SqliteAgentStore(options, key, lockFile, connection, time, logger);
        }
        catch
        {
            connection?.Dispose();
            key?.Dispose();
            lockFile.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<T> CommitAsync<T>(Func<IAgentTransaction, T> work, CancellationToken cancellationToken)
    {
        var item = new WorkItem<T>(work, cancellationToken);
        try
        {
            await _queue.Writer.WriteAsync(item, cancellationToken);
        }
        catch (ChannelClosedException)
        {
            throw new SigningException(ErrorReason.ShuttingDown, "The agent is stopping. Try again when it is back.");
        }

        return await item.Result;
    }

    /// <inheritdoc/>
    public Task<T> ReadAsync<T>(Func<IAgentReader, T> query, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            // Pooled by the library, so this opens no file in the long run.
            using var connection = SqliteFiles.OpenForReading(_options.DatabasePath);
            using var snapshot = connection.BeginTransaction(deferred: true);
            return Task.FromResult(query(new SqliteAgentReader(connection)));
        }
        catch (SqliteException exception)
        {
            throw Unavailable(exception);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _writer;

        // The writer last: whoever closes last brings the write-ahead log home, and a reader may not.
        SqliteFiles.CloseReaders(_options.DatabasePath);
        _connection?.Dispose();
        _key.Dispose();
        await _lockFile.DisposeAsync();
    }

    private async Task WriteLoopAsync()
    {
        var group = new List<IWorkItem>();
        while (await _queue.Reader.WaitToReadAsync())
        {
            group.Clear();
            while (group.Count < MaxGroup && _queue.Reader.TryRead(out var item))
            {
                if (!item.IsCancelled)
                {
                    group.Add(item);
                }
            }

            if (group.Count > 0)
            {
                WriteGroup(group);
            }
        }
    }

    private void WriteGroup(List<IWorkItem> group)
    {
        try
        {
            _connection ??= Reopen();
            string? checkpoint;
            using (var transaction = _connection.BeginTransaction())
            {
                var work = new SqliteAgentTransaction(_connection, _time);
                foreach (var item in group)
                {
                    RunInSavepoint(transaction, work, item);
                }

                work.AddCheckpoint(_key);
                checkpoint = work.LatestCheckpoint;
                transaction.Commit();
            }

            _writable = true;
            SqliteFiles.KeepCheckpoint(_options.CheckpointPath, checkpoint, _logger);
            group.ForEach(item => item.Complete());
        }
        catch (Exception exception) when (exception is SqliteException or IOException or InvalidDataException)
        {
            _logger.LogCritical(exception, "The store cannot be written; nothing is signed until it can be again");
            _writable = false;
            // Whether the failed commit reached the disk is not known, so the next group begins from what the disk has.
            _connection?.Dispose();
            _connection = null;
            group.ForEach(item => item.Fail(Unavailable(exception)));
        }
    }

    private static void RunInSavepoint(SqliteTransaction transaction, SqliteAgentTransaction work, IWorkItem item)
    {
        const string Name = "work";
        transaction.Save(Name);
        if (item.Run(work))
        {
            transaction.Release(Name);
        }
        else
        {
            transaction.Rollback(Name);
        }
    }

    private SqliteConnection Reopen()
    {
        var connection = SqliteFiles.OpenForWriting(_options.DatabasePath);
        try
        {
            StoreSelfCheck.Run(new SqliteAgentReader(connection), _key.Verifier, _options.CheckpointPath);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static SigningException Unavailable(Exception cause) => new(
        ErrorReason.LedgerUnavailable,
        "The ledger cannot be read or written, so nothing is signed. An operator has to look at the signing node's disk.",
        innerException: cause);
}
