using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Signet.Agent.Ledger;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.Storage.Sqlite;

/// <summary>
/// The embedded store: one SQLite file with a write-ahead log, synced to disk at each commit. One at a time writes, and takes
/// everything that waits into one transaction, so that many callers share one sync and one signed checkpoint; a lone caller
/// writes by itself and changes no thread.
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
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly KeptCheckpoint _kept;
    private readonly SqliteReaders _readers;
    private SqliteSession? _session;

    // Only what a commit left; null while one is under way, and after one that failed.
    private LedgerTip? _tip;
    private volatile bool _writable = true;

    private SqliteAgentStore(
        SqliteStoreOptions options, LedgerKey key, FileStream lockFile, SqliteSession session,
        TimeProvider time, ILogger logger)
    {
        _options = options;
        _key = key;
        _lockFile = lockFile;
        _session = session;
        _readers = new SqliteReaders(options.DatabasePath);
        _time = time;
        _logger = logger;
        _kept = new KeptCheckpoint(options.CheckpointPath, time, logger);
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
        SqliteSession? session = null;
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
            var connection = SqliteFiles.OpenForWriting(options.DatabasePath);
            session = new SqliteSession(connection);
            Schema.Prepare(connection);
            StoreSelfCheck.Run(new SqliteAgentReader(session), key.Verifier, options.CheckpointPath);
            return new SqliteAgentStore(options, key, lockFile, session, time, logger);
        }
        catch
        {
            session?.Dispose();
            key?.Dispose();
            lockFile.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<T> CommitAsync<T>(Func<IAgentTransaction, T> work, CancellationToken cancellationToken) =>
        CommitAsync(work, static (_, value) => value, cancellationToken);

    /// <inheritdoc/>
    public async Task<TAnswer> CommitAsync<T, TAnswer>(
        Func<IAgentTransaction, T> work, Func<IAgentReader, T, TAnswer> answer, CancellationToken cancellationToken)
    {
        var item = new WorkItem<T, TAnswer>(work, answer, cancellationToken);
        try
        {
            await _queue.Writer.WriteAsync(item, cancellationToken);
        }
        catch (ChannelClosedException)
        {
            throw new SigningException(ErrorReason.ShuttingDown, "The agent is stopping. Try again when it is back.");
        }

        if (_writing.Wait(0, CancellationToken.None))
        {
            BeginWriting();
        }

        return await item.Result;
    }

    /// <inheritdoc/>
    public Task<T> ReadAsync<T>(Func<IAgentReader, T> query, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return Task.FromResult(_readers.Read(query));
        }
        catch (SqliteException exception)
        {
            throw Unavailable(exception);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_queue.Writer.TryComplete())
        {
            return;
        }

        await _writing.WaitAsync();
        while (WriteWaiting())
        {
            // What waited when the store was closed.
        }

        // The writer last: whoever closes last brings the write-ahead log home, and a reader may not.
        _readers.Dispose();
        SqliteFiles.CloseReaders(_options.DatabasePath);
        _session?.Dispose();
        _kept.Dispose();
        _key.Dispose();
        await _lockFile.DisposeAsync();
    }

    private void BeginWriting()
    {
        // On the caller's thread, which would have to wait for the disk anyway, unless there is other work for the threads: that
        // may bring more to write in the same transaction.
        if (ThreadPool.PendingWorkItemCount > 0)
        {
            WriteElsewhere();
            return;
        }

        WriteWaiting();
        EndWriting();
    }

    private void WriteElsewhere() =>
        ThreadPool.UnsafeQueueUserWorkItem(static store => store.WriteRest(), this, preferLocal: false);

    private void WriteRest()
    {
        while (WriteWaiting())
        {
            // Until nothing waits.
        }

        EndWriting();
    }

    // Who came after the last look at the queue, and before this, found somebody writing and left it to them. Another thread
    // writes it: no caller works for the others without end.
    private void EndWriting()
    {
        _writing.Release();
        if (_queue.Reader.TryPeek(out _) && _writing.Wait(0, CancellationToken.None))
        {
            WriteElsewhere();
        }
    }

    /// <summary>Writes a group of what waits; the caller holds <see cref="_writing"/>.</summary>
    /// <returns>Whether anything waited.</returns>
    private bool WriteWaiting()
    {
        var group = new List<IWorkItem>();
        var any = false;
        while (group.Count < MaxGroup && _queue.Reader.TryRead(out var item))
        {
            any = true;
            if (!item.IsCancelled)
            {
                group.Add(item);
            }
        }

        if (group.Count > 0)
        {
            WriteGroup(group);
        }

        return any;
    }

    private void WriteGroup(List<IWorkItem> group)
    {
        try
        {
            _session ??= Reopen();
            var checkpoint = WriteInTransaction(_session, group);
            _writable = true;
            if (checkpoint is not null)
            {
                _kept.Keep(checkpoint);
            }

            group.ForEach(item => item.Complete());
        }
#pragma warning disable CA1031 // Whatever it was, those who wait must not be told that they are recorded, nor wait for ever.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _logger.LogCritical(exception, "The store cannot be written; nothing is signed until it can be again");
            _writable = false;
            // Whether the failed commit reached the disk is not known, so the next group begins from what the disk has.
            _session?.Dispose();
            _session = null;
            group.ForEach(item => item.Fail(Unavailable(exception)));
        }
    }

    private string? WriteInTransaction(SqliteSession session, List<IWorkItem> group)
    {
        var work = new SqliteAgentTransaction(session, _tip, _time);
        _tip = null;
        using var transaction = session.Begin(deferred: false);
        if (group is [var only])
        {
            if (!only.Run(work))
            {
                return null;
            }
        }
        else
        {
            group.ForEach(item => RunInSavepoint(session, work, item));
        }

        var checkpoint = work.AddCheckpoint(_key);
        group.ForEach(item => item.Answer(work));
        transaction.Commit();
        _tip = work.Tip;
        return checkpoint;
    }

    private static void RunInSavepoint(SqliteSession session, SqliteAgentTransaction work, IWorkItem item)
    {
        session.Execute("SAVEPOINT work");
        if (!item.Run(work))
        {
            session.Execute("ROLLBACK TO work");
            work.Forget();
        }

        session.Execute("RELEASE work");
    }

    private SqliteSession Reopen()
    {
        var session = new SqliteSession(SqliteFiles.OpenForWriting(_options.DatabasePath));
        try
        {
            StoreSelfCheck.Run(new SqliteAgentReader(session), _key.Verifier, _options.CheckpointPath);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private static SigningException Unavailable(Exception cause) => new(
        ErrorReason.LedgerUnavailable,
        "The ledger cannot be read or written, so nothing is signed. An operator has to look at the signing node's disk.",
        innerException: cause);
}
