namespace Signet.Tokens;

/// <summary>
/// Counts the signatures that a host owes, and tells since when none has come back. A queue may be long; a host that
/// returns none at all for longer than one may take is hung.
/// </summary>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class SigningProgress(TimeProvider time)
{
    private readonly Lock _lock = new();
    private int _running;
    private long _lastProgress;
    private TaskCompletionSource _idle = Completed();

    /// <summary>One more was asked for; dispose what is returned when its answer is there.</summary>
    public Running Begin()
    {
        lock (_lock)
        {
            if (_running++ == 0)
            {
                _idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _lastProgress = time.GetTimestamp();
            }
        }

        return new Running(this);
    }

    /// <summary>How long the host has owed signatures without returning one; zero where it owes none.</summary>
    public TimeSpan Stalled
    {
        get
        {
            lock (_lock)
            {
                return _running == 0 ? TimeSpan.Zero : time.GetElapsedTime(_lastProgress);
            }
        }
    }

    /// <summary>Completes when none is owed.</summary>
    public Task WhenIdle
    {
        get
        {
            lock (_lock)
            {
                return _idle.Task;
            }
        }
    }

    private static TaskCompletionSource Completed()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }

    private void End()
    {
        TaskCompletionSource? idle = null;
        lock (_lock)
        {
            _lastProgress = time.GetTimestamp();
            if (--_running == 0)
            {
                idle = _idle;
            }
        }

        idle?.SetResult();
    }

    /// <summary>A signature that is owed.</summary>
    internal readonly struct Running(SigningProgress progress) : IDisposable
    {
        /// <summary>It is owed no more.</summary>
        public void Dispose() => progress.End();
    }
}
