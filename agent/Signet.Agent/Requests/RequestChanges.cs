using System.Collections.Concurrent;

namespace Signet.Agent.Requests;

/// <summary>Tells those who watch a request that it changed.</summary>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class RequestChanges
{
    private readonly ConcurrentDictionary<string, Watchers> _watched = new(StringComparer.Ordinal);

    /// <summary>Raised with the id of a request that changed, on any thread. A handler must not wait.</summary>
    public event Action<string>? Changed;

    /// <summary>Begins to watch. Read the request after this call, so that no change falls between.</summary>
    public Subscription Subscribe(string requestId)
    {
        while (true)
        {
            var watchers = _watched.GetOrAdd(requestId, _ => new Watchers());
            if (watchers.TryEnter())
            {
                return new Subscription(this, requestId, watchers);
            }
        }
    }

    /// <summary>Wakes everyone who watches the request.</summary>
    public void Notify(string requestId)
    {
        if (_watched.TryGetValue(requestId, out var watchers))
        {
            watchers.Wake();
        }

        Changed?.Invoke(requestId);
    }

    private void Leave(string requestId, Watchers watchers)
    {
        if (watchers.LeaveAndIsEmpty())
        {
            _watched.TryRemove(KeyValuePair.Create(requestId, watchers));
        }
    }

    /// <summary>One who watches one request. Dispose it to stop.</summary>
    internal sealed class Subscription(RequestChanges owner, string requestId, Watchers watchers) : IDisposable
    {
        private bool _left;

        /// <summary>A task that ends with the next change after this call.</summary>
        public Task NextChange => watchers.Next;

        /// <inheritdoc/>
        public void Dispose()
        {
            if (!_left)
            {
                _left = true;
                owner.Leave(requestId, watchers);
            }
        }
    }

    /// <summary>Everyone who watches one request.</summary>
    internal sealed class Watchers
    {
        private readonly Lock _lock = new();
        private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _count;
        private bool _closed;

        /// <summary>Ends with the next change.</summary>
        public Task Next
        {
            get
            {
                lock (_lock)
                {
                    return _next.Task;
                }
            }
        }

        /// <summary>Adds one; false when the last one has just left, so that this object is no longer listed.</summary>
        public bool TryEnter()
        {
            lock (_lock)
            {
                _count += _closed ? 0 : 1;
                return !_closed;
            }
        }

        /// <summary>Takes one away and says whether it was the last.</summary>
        public bool LeaveAndIsEmpty()
        {
            lock (_lock)
            {
                _count--;
                return _closed = _count == 0;
            }
        }

        /// <summary>Ends <see cref="Next"/> and begins a new one.</summary>
        public void Wake()
        {
            TaskCompletionSource woken;
            lock (_lock)
            {
                woken = _next;
                _next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            woken.TrySetResult();
        }
    }
}
