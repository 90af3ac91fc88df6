using System.Globalization;

namespace Signet.Tokens.Host;

/// <summary>How long an unlock lasts: for a time, for a number of signatures, or until somebody locks.</summary>
/// <param name="longest">Longest time; null for no limit.</param>
/// <param name="mostSignatures">Most signatures, 1 or more; null for no limit.</param>
/// <param name="time">Clock.</param>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class UnlockTerm(TimeSpan? longest, int? mostSignatures, TimeProvider time)
{
    private readonly Lock _lock = new();
    private long _since;
    private int _taken;

    /// <summary>An unlock begins.</summary>
    /// <returns>When it ends by itself; null for never.</returns>
    public DateTimeOffset? Begin()
    {
        lock (_lock)
        {
            _since = time.GetTimestamp();
            _taken = 0;
        }

        return time.GetUtcNow() + longest;
    }

    /// <summary>Takes one signature; false where the unlock has none left. One that fails counts too.</summary>
    public bool TryTake()
    {
        lock (_lock)
        {
            if (End is not null)
            {
                return false;
            }

            _taken++;
            return true;
        }
    }

    /// <summary>Why the unlock is over; null while it is not.</summary>
    public string? End
    {
        get
        {
            lock (_lock)
            {
                if (longest is { } limit && time.GetElapsedTime(_since) >= limit)
                {
                    return $"It was unlocked for {limit:c}, as the configuration says.";
                }

                return _taken >= mostSignatures
                    ? string.Create(CultureInfo.InvariantCulture, $"It made {_taken} signatures since its unlock, as the configuration says.")
                    : null;
            }
        }
    }
}
