using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Tokens.Pkcs11;

/// <summary>
/// The threads on which a token's code runs: one for each session, with one bounded queue of signatures before them.
/// Exclusive operations (login, logout, polling) run on the first thread while no signature runs, and go first.
/// </summary>
/// <remarks>
/// A native call cannot be cancelled, so each operation has a deadline, and past it <c>onOverrun</c> is called on a thread
/// of its own; it is expected to end the process. Every member may be called from any thread.
/// </remarks>
internal sealed class NativeThreads : IDisposable
{
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(1);

    private readonly Lock _sync = new();
    private readonly Queue<Work> _exclusive = new();
    private readonly LinkedList<Work> _shared = new();
    private readonly Running?[] _running;

    // One for each thread, and whether it waits for it: waking them all for each signature would cost more than the rest.
    private readonly AutoResetEvent[] _wake;
    private readonly bool[] _idle;
    private readonly AutoResetEvent _look = new(false);
    private readonly int _capacity;
    private readonly TimeProvider _time;
    private readonly Action<TimeSpan> _onOverrun;
    private int _sharedRunning;
    private int _usable;
    private bool _exclusiveRunning;
    private bool _ended;
    private long _nextLook = long.MaxValue;

    /// <summary>Starts the threads.</summary>
    /// <param name="count">How many, 1 or more.</param>
    /// <param name="capacity">Most signatures that wait, 1 or more.</param>
    /// <param name="time">Clock for the deadlines.</param>
    /// <param name="onOverrun">Called with the deadline that an operation exceeded.</param>
    public NativeThreads(int count, int capacity, TimeProvider time, Action<TimeSpan> onOverrun)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _capacity = capacity;
        _time = time;
        _onOverrun = onOverrun;
        _running = new Running?[count];
        _idle = new bool[count];
        _wake = [.. Enumerable.Range(0, count).Select(_ => new AutoResetEvent(false))];
        _usable = count;
        for (var index = 0; index < count; index++)
        {
            var own = index;
            Start($"token {own}", () => Serve(own));
        }

        Start("token deadline", Guard);
    }

    /// <summary>Runs an operation while no other runs. It waits for what runs now, and goes before what waits.</summary>
    /// <param name="operation">What to do.</param>
    /// <param name="deadline">Longest time for it, once begun.</param>
    public Task<T> RunExclusivelyAsync<T>(Func<T> operation, TimeSpan deadline)
    {
        var work = new Work<T>(_ => operation(), deadline, CancellationToken.None);
        lock (_sync)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            _exclusive.Enqueue(work);
            WakeFree();
        }

        return work.Task;
    }

    /// <summary>Runs a signature on any of the threads.</summary>
    /// <param name="operation">What to do; gets the index of its thread, from 0.</param>
    /// <param name="deadline">Longest time for it, once begun.</param>
    /// <param name="cancellationToken">Takes it out of the queue while it has not begun.</param>
    /// <exception cref="SigningException">QUEUE_FULL.</exception>
    public Task<T> RunAsync<T>(Func<int, T> operation, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var work = new Work<T>(operation, deadline, cancellationToken);
        lock (_sync)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            DropCancelled();
            if (_shared.Count >= _capacity)
            {
                throw new SigningException(
                    ErrorReason.QueueFull, $"{_capacity} signatures wait for the token already. Try again in a moment.");
            }

            _shared.AddLast(work);
            WakeFree();
        }

        return work.Task;
    }

    /// <summary>Sets how many of the threads take signatures: those with the lowest indexes, 1 or more.</summary>
    public void Use(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        lock (_sync)
        {
            _usable = count;
            WakeFree();
        }
    }

    /// <summary>Fails what waits and lets the threads end after what runs; does not wait for them.</summary>
    public void Dispose()
    {
        List<Work> left;
        lock (_sync)
        {
            _ended = true;
            left = [.. _exclusive, .. _shared];
            _exclusive.Clear();
            _shared.Clear();
            Array.ForEach(_wake, wake => wake.Set());
            _look.Set();
        }

        left.ForEach(work => work.Abandon());
    }

    private static void Start(string name, ThreadStart body) => new Thread(body) { IsBackground = true, Name = name }.Start();

    private void DropCancelled()
    {
        for (var node = _shared.First; node is not null;)
        {
            var next = node.Next;
            if (node.Value.IsCancelled)
            {
                _shared.Remove(node);
                node.Value.Abandon();
            }

            node = next;
        }
    }

    private void Serve(int index)
    {
        while (Take(index) is { } work)
        {
            work.Run(index);
            lock (_sync)
            {
                _running[index] = null;
                if (_exclusiveRunning && index == 0)
                {
                    _exclusiveRunning = false;
                }
                else
                {
                    _sharedRunning--;
                }

                WakeFree();
            }

            work.Publish();
        }
    }

    private Work? Take(int index)
    {
        while (true)
        {
            lock (_sync)
            {
                if (_ended)
                {
                    return null;
                }

                if (MayTakeExclusive(index))
                {
                    _exclusiveRunning = true;
                    return Begin(index, _exclusive.Dequeue());
                }

                if (MayTakeShared(index))
                {
                    var first = _shared.First!;
                    _shared.RemoveFirst();
                    _sharedRunning++;
                    return Begin(index, first.Value);
                }

                _idle[index] = true;
            }

            _wake[index].WaitOne();
        }
    }

    private bool MayTakeExclusive(int index) => index == 0 && _exclusive.Count > 0 && _sharedRunning == 0;

    private bool MayTakeShared(int index) => index < _usable && _exclusive.Count == 0 && !_exclusiveRunning && _shared.Count > 0;

    /// <summary>Wakes as many of the threads that wait as there is work for.</summary>
    private void WakeFree()
    {
        var work = _exclusive.Count > 0 ? 1 : _shared.Count;
        for (var index = 0; index < _idle.Length && work > 0; index++)
        {
            if (_idle[index] && (MayTakeExclusive(index) || MayTakeShared(index)))
            {
                _idle[index] = false;
                _wake[index].Set();
                work--;
            }
        }
    }

    private Work Begin(int index, Work work)
    {
        var now = _time.GetTimestamp();
        _running[index] = new Running(now, work.Deadline);
        if (After(now, work.Deadline) < _nextLook)
        {
            _look.Set();
        }

        return work;
    }

    private long After(long timestamp, TimeSpan span) => timestamp + (long)(span.TotalSeconds * _time.TimestampFrequency);

    private void Guard()
    {
        while (true)
        {
            TimeSpan? overrun = null;
            var next = TimeSpan.MaxValue;
            lock (_sync)
            {
                if (_ended)
                {
                    return;
                }

                foreach (var entry in _running)
                {
                    if (entry is { } running)
                    {
                        var left = running.Deadline - _time.GetElapsedTime(running.Since);
                        overrun = left <= TimeSpan.Zero ? running.Deadline : overrun;
                        next = left < next ? left : next;
                    }
                }

                // A long wait is cut, since clocks are not exact.
                next = next != TimeSpan.MaxValue && next > LongestLook ? LongestLook : next;
                _nextLook = next == TimeSpan.MaxValue ? long.MaxValue : After(_time.GetTimestamp(), next);
            }

            if (overrun is { } exceeded)
            {
                _onOverrun(exceeded);
                return;
            }

            // Woken where an operation begins whose deadline is before the next look.
            _look.WaitOne(next == TimeSpan.MaxValue ? Timeout.InfiniteTimeSpan : next);
        }
    }

    private readonly record struct Running(long Since, TimeSpan Deadline);

    private abstract class Work(TimeSpan deadline, CancellationToken cancellationToken)
    {
        public TimeSpan Deadline => deadline;

        public bool IsCancelled => cancellationToken.IsCancellationRequested;

        protected CancellationToken Cancellation => cancellationToken;

        /// <summary>Does it and keeps the outcome.</summary>
        public abstract void Run(int index);

        /// <summary>Hands the outcome to who waits for it, once the thread counts as free again.</summary>
        public abstract void Publish();

        public abstract void Abandon();
    }

    private sealed class Work<T>(Func<int, T> operation, TimeSpan deadline, CancellationToken cancellationToken)
        : Work(deadline, cancellationToken)
    {
        private readonly TaskCompletionSource<T> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Action? _publish;

        public Task<T> Task => _outcome.Task;

        public override void Run(int index)
        {
            if (IsCancelled)
            {
                _publish = Abandon;
                return;
            }

            try
            {
                var result = operation(index);
                _publish = () => _outcome.TrySetResult(result);
            }
#pragma warning disable CA1031 // Whatever it threw belongs to the caller, and the thread serves others.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _publish = () => _outcome.TrySetException(exception);
            }
        }

        public override void Publish() => _publish?.Invoke();

        public override void Abandon() => _outcome.TrySetCanceled(
            Cancellation.IsCancellationRequested ? Cancellation : new CancellationToken(canceled: true));
    }
}
