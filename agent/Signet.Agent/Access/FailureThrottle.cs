namespace Signet.Agent.Access;

/// <summary>
/// Slows a controller from which wrong credentials come: the delay doubles with each failure up to a bound, and is
/// forgotten after a minute without one. Nobody is locked out, and no other controller waits.
/// </summary>
/// <param name="time">The clock.</param>
/// <remarks>Safe for several threads at once. Holds one entry for each controller that ever failed.</remarks>
internal sealed class FailureThrottle(TimeProvider time)
{
    /// <summary>Longest delay.</summary>
    public static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (int Failures, long At)> _controllers = new(StringComparer.Ordinal);

    /// <summary>How long the next check for this controller waits.</summary>
    public TimeSpan DelayFor(string controller)
    {
        lock (_lock)
        {
            var failures = RecentFailures(controller);
            return failures == 0
                ? TimeSpan.Zero
                : TimeSpan.FromTicks(Math.Min(LongestDelay.Ticks, FirstDelay.Ticks << Math.Min(failures - 1, 10)));
        }
    }

    /// <summary>Notes a wrong credential.</summary>
    public void NoteFailure(string controller)
    {
        lock (_lock)
        {
            _controllers[controller] = (Math.Min(RecentFailures(controller) + 1, 100), time.GetTimestamp());
        }
    }

    private int RecentFailures(string controller) =>
        _controllers.TryGetValue(controller, out var entry) && time.GetElapsedTime(entry.At) < Memory ? entry.Failures : 0;
}
