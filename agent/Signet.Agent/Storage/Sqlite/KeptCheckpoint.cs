using Microsoft.Extensions.Logging;

namespace Signet.Agent.Storage.Sqlite;

/// <summary>
/// The newest checkpoint in a file beside the store. Nobody waits for it, and it is not synced: it may be older than the
/// store by a moment, and after a crash by more, which is harmless; only one that is newer than the store is a finding.
/// </summary>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class KeptCheckpoint : IDisposable
{
    // While much is signed there are hundreds of checkpoints in a second, and making a file costs more than a record.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly Lock _sync = new();
    private readonly string _path;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private string? _unwritten;
    private bool _disposed;

    /// <summary>Prepares it; nothing is written before the first <see cref="Keep"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">Log.</param>
    public KeptCheckpoint(string path, TimeProvider time, ILogger logger)
    {
        _path = path;
        _logger = logger;
        _timer = time.CreateTimer(_ => Write(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Writes a checkpoint soon, unless a newer one comes before.</summary>
    public void Keep(string checkpoint)
    {
        lock (_sync)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_unwritten is null)
            {
                _timer.Change(Pause, Timeout.InfiniteTimeSpan);
            }

            _unwritten = checkpoint;
        }
    }

    /// <summary>Writes what is not written yet.</summary>
    public void Dispose()
    {
        lock (_sync)
        {
            _disposed = true;
        }

        _timer.Dispose();
        Write();
    }

    private void Write()
    {
        lock (_sync)
        {
            if (_unwritten is not { } checkpoint)
            {
                return;
            }

            _unwritten = null;
            try
            {
                var temporary = _path + ".new";
                File.WriteAllText(temporary, checkpoint);
                File.Move(temporary, _path, overwrite: true);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                _logger.LogWarning(exception, "The newest checkpoint could not be kept beside the store");
            }
        }
    }
}
