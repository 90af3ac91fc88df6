namespace Signet.Tokens.Host;

/// <summary>
/// Bounds how many refused attempts reach the ledger, since any account that reaches the socket can make them: the first
/// few of each minute, and a count of the rest.
/// </summary>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class RefusalLimit(TimeProvider time)
{
    private const int MostInWindow = 30;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private long _windowStart;
    private int _taken;
    private int _suppressed;

    /// <summary>Whether this refusal is to be recorded.</summary>
    /// <param name="suppressed">How many were not, since the last that was.</param>
    public bool TryTake(out int suppressed)
    {
        lock (_lock)
        {
            suppressed = 0;
            if (_taken == 0 || time.GetElapsedTime(_windowStart) >= Window)
            {
                _windowStart = time.GetTimestamp();
                _taken = 0;
            }

            if (_taken >= MostInWindow)
            {
                _suppressed++;
                return false;
            }

            _taken++;
            (suppressed, _suppressed) = (_suppressed, 0);
            return true;
        }
    }
}
