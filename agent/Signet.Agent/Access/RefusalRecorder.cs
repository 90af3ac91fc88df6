using Microsoft.Extensions.Logging;
using Signet.Agent.Ledger;
using Signet.Agent.Storage;

namespace Signet.Agent.Access;

/// <summary>
/// Writes refused calls into the ledger. A flood is counted: beyond <see cref="RecordsPerMinute"/> from one address the
/// refusals of that minute get one record together, so that nobody can fill the disk and nothing goes uncounted. Where
/// the ledger cannot be written the refusal stands all the same, and is counted for a later record.
/// </summary>
/// <remarks>Safe for several threads at once.</remarks>
internal sealed class RefusalRecorder : IAsyncDisposable
{
    /// <summary>Most records of their own in a minute for one address (IPv6: one network of 64 bits), or one local account.</summary>
    public const int RecordsPerMinute = 60;

    /// <summary>Most addresses, and most accounts, that are counted apart; further ones are counted together.</summary>
    public const int MaxGroups = 256;

    private static readonly TimeSpan WindowLength = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<RefusalSource, RefusalWindow> _windows = [];
    private readonly HashSet<Task> _summaries = [];
    private readonly IAgentStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger<RefusalRecorder> _logger;
    private bool _disposed;

    /// <summary>Creates the recorder.</summary>
    /// <param name="store">Holds the ledger; must outlive the recorder.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told what could not be recorded.</param>
    public RefusalRecorder(IAgentStore store, TimeProvider time, ILogger<RefusalRecorder> logger)
    {
        _store = store;
        _time = time;
        _logger = logger;
    }

    /// <summary>Sources that refusals came from within the last minute.</summary>
    public int GroupCount
    {
        get
        {
            lock (_lock)
            {
                return _windows.Count;
            }
        }
    }

    /// <summary>
    /// Records a refusal; await it before the caller is answered. Does not throw where the ledger cannot be written.
    /// </summary>
    /// <param name="refusal">What was refused.</param>
    /// <param name="cancellationToken">Ends the wait; the record is written also where the caller has gone.</param>
    public Task RecordAsync(Refusal refusal, CancellationToken cancellationToken) => RecordAsync(
        RefusalSource.OfAddress(refusal.RemoteAddress),
        RefusalRecords.Name(refusal.Kind),
        () => RefusalRecords.One(refusal),
        cancellationToken);

    /// <inheritdoc cref="RecordAsync(Refusal, CancellationToken)"/>
    public Task RecordAsync(OperatorRefusal refusal, CancellationToken cancellationToken) => RecordAsync(
        RefusalSource.OfAccount(refusal.Account), refusal.Call, () => RefusalRecords.One(refusal), cancellationToken);

    /// <summary>Writes what was counted and not yet recorded.</summary>
    public async ValueTask DisposeAsync()
    {
        List<RefusalWindow> windows;
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            windows = [.. _windows.Values];
        }

        foreach (var window in windows)
        {
            End(window);
        }

        Task[] summaries;
        lock (_lock)
        {
            summaries = [.. _summaries];
        }

        await Task.WhenAll(summaries).ConfigureAwait(false);
    }

    private async Task RecordAsync(
        RefusalSource source, string kind, Func<LedgerRecord> record, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var window = WindowFor(source);
            if (window.Written >= RecordsPerMinute)
            {
                window.Count(kind);
                return;
            }

            window.Written++;
        }

        await WriteOneAsync(source, kind, record()).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task WriteOneAsync(RefusalSource source, string kind, LedgerRecord record)
    {
        if (!await TryCommitAsync(record).ConfigureAwait(false))
        {
            lock (_lock)
            {
                WindowFor(source).Count(kind);
            }
        }
    }

    private RefusalWindow WindowFor(RefusalSource source)
    {
        if (_windows.TryGetValue(source, out var window))
        {
            return window;
        }

        if (source != source.Further && _windows.Keys.Count(other => other.Kind == source.Kind) >= MaxGroups)
        {
            return WindowFor(source.Further);
        }

        window = new RefusalWindow(source, _time.GetUtcNow());
        _windows[source] = window;
        if (!_disposed)
        {
            window.Timer = _time.CreateTimer(_ => End(window), null, WindowLength, Timeout.InfiniteTimeSpan);
        }

        return window;
    }

    private void End(RefusalWindow window)
    {
        lock (_lock)
        {
            window.Timer?.Dispose();
            if (_windows.GetValueOrDefault(window.Source) != window)
            {
                return;
            }

            _windows.Remove(window.Source);
            if (window.Counted.Count == 0)
            {
                return;
            }

            var summary = WriteSummaryAsync(window);
            if (!summary.IsCompleted)
            {
                _summaries.Add(summary);
                summary.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
        }
    }

    private void Forget(Task summary)
    {
        lock (_lock)
        {
            _summaries.Remove(summary);
        }
    }

    private async Task WriteSummaryAsync(RefusalWindow window)
    {
        if (!await TryCommitAsync(RefusalRecords.Summary(window, _time.GetUtcNow())).ConfigureAwait(false))
        {
            lock (_lock)
            {
                // Tried again at the end of the next minute.
                WindowFor(window.Source).TakeOver(window);
            }
        }
    }

    private async Task<bool> TryCommitAsync(LedgerRecord record)
    {
        try
        {
            await _store.CommitAsync(transaction => transaction.Append(record), CancellationToken.None).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception)
        {
            // Whatever failed, the refusal must reach the caller as the refusal that it is.
            _logger.LogError(
                exception, "A refused call of {Actor} could not be recorded; it is counted for a later record", record.Actor);
            return false;
        }
    }
}
