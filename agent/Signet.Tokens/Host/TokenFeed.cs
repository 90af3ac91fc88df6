using System.Threading.Channels;
using Google.Protobuf.WellKnownTypes;
using Signet.Protocol.V1;

namespace Signet.Tokens.Host;

/// <summary>
/// The state of the token and everything that happens to it, in order, for those who watch. What happens while nobody
/// watches is kept for the next one, so that no attempt to unlock goes unrecorded.
/// </summary>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class TokenFeed
{
    private const int MostKept = 10_000;

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly List<Channel<WatchTokenResponse>> _watchers = [];
    private readonly Queue<WatchTokenResponse> _kept = new();
    private TokenStatus _status;
    private TokenStatus _statusBeforeKept;

    /// <summary>Begins with a state.</summary>
    public TokenFeed(TokenStatus initial, TimeProvider time)
    {
        _status = initial;
        _statusBeforeKept = initial;
        _time = time;
    }

    /// <summary>Raised, on any thread, when the last watcher has gone.</summary>
    public event Action? Unwatched;

    /// <summary>A copy of the state now.</summary>
    public TokenStatus Current
    {
        get
        {
            lock (_lock)
            {
                return _status.Clone();
            }
        }
    }

    /// <summary>The state alone.</summary>
    public TokenState State
    {
        get
        {
            lock (_lock)
            {
                return _status.State;
            }
        }
    }

    /// <summary>Whether someone records what happens.</summary>
    public bool IsWatched
    {
        get
        {
            lock (_lock)
            {
                return _watchers.Count > 0;
            }
        }
    }

    /// <summary>Changes the state and tells the watchers; a change of nothing without an event tells nobody.</summary>
    /// <param name="change">Sets the new values.</param>
    /// <param name="kind">What happened; unspecified where it is no event of the ledger.</param>
    /// <param name="account">Who caused it; empty for nobody.</param>
    /// <param name="detail">What happened, in words.</param>
    public void Publish(
        Action<TokenStatus> change, TokenEventKind kind = TokenEventKind.Unspecified, string account = "", string detail = "")
    {
        lock (_lock)
        {
            var next = _status.Clone();
            change(next);
            next.Starting &= (next.State, next.Detail) == (_status.State, _status.Detail);
            if (next.State != TokenState.Ready)
            {
                next.UnlockedBy = string.Empty;
                next.UnlockedAt = null;
                next.LocksAt = null;
            }

            if (kind == TokenEventKind.Unspecified && next.Equals(_status))
            {
                return;
            }

            var message = new WatchTokenResponse { Status = next.Clone() };
            if (kind != TokenEventKind.Unspecified)
            {
                message.Event = new TokenEvent { Kind = kind, Account = account, Detail = detail, At = Now() };
            }

            Hand(message);
            _status = next;
        }
    }

    /// <summary>An event that changes no state.</summary>
    public void Note(TokenEventKind kind, string account, string detail) => Publish(_ => { }, kind, account, detail);

    /// <summary>The time now, as the protocol carries it.</summary>
    public Timestamp Now() => Timestamp.FromDateTimeOffset(_time.GetUtcNow());

    /// <summary>The state now, then everything from now on, until the token ends it.</summary>
    public async IAsyncEnumerable<WatchTokenResponse> WatchAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var channel = Channel.CreateUnbounded<WatchTokenResponse>();
        lock (_lock)
        {
            channel.Writer.TryWrite(new WatchTokenResponse { Status = (_kept.Count > 0 ? _statusBeforeKept : _status).Clone() });
            while (_kept.TryDequeue(out var message))
            {
                channel.Writer.TryWrite(message);
            }

            _watchers.Add(channel);
        }

        try
        {
            await foreach (var message in channel.Reader.ReadAllAsync(cancellationToken))
            {
                yield return message;
            }
        }
        finally
        {
            bool last;
            lock (_lock)
            {
                _watchers.Remove(channel);
                last = _watchers.Count == 0;
            }

            if (last)
            {
                Unwatched?.Invoke();
            }
        }
    }

    private void Hand(WatchTokenResponse message)
    {
        if (_watchers.Count == 0)
        {
            if (_kept.Count == 0)
            {
                _statusBeforeKept = _status;
            }
            else if (_kept.Count >= MostKept)
            {
                // Only refusals can pile up here, since nothing can be unlocked while nobody watches.
                _kept.Dequeue();
            }

            _kept.Enqueue(message);
            return;
        }

        _watchers.ForEach(watcher => watcher.Writer.TryWrite(message));
    }
}
