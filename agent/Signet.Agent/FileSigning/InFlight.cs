using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.FileSigning;

/// <summary>Counts what is being signed, and lets it finish before the agent stops.</summary>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class InFlight
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;
    private bool _stopping;

    /// <summary>How many files are being signed now.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _count;
            }
        }
    }

    /// <summary>Begins one; dispose the result at its end.</summary>
    /// <exception cref="SigningException">SHUTTING_DOWN</exception>
    public IDisposable Enter()
    {
        lock (_lock)
        {
            if (_stopping)
            {
                throw new SigningException(
                    ErrorReason.ShuttingDown, "The agent is stopping and signs nothing new. Try again when it is back.");
            }

            _count++;
            return new Leaver(this);
        }
    }

    /// <summary>Takes in nothing new, and waits until what runs has ended.</summary>
    public Task DrainAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _stopping = true;
            if (_count == 0)
            {
                _drained.TrySetResult();
            }
        }

        return _drained.Task.WaitAsync(cancellationToken);
    }

    private void Leave()
    {
        lock (_lock)
        {
            if (--_count == 0 && _stopping)
            {
                _drained.TrySetResult();
            }
        }
    }

    private sealed class Leaver(InFlight owner) : IDisposable
    {
        public void Dispose() => owner.Leave();
    }
}
