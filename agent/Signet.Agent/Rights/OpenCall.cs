using Signet.Agent.Access;
using Signet.Agent.Storage;
using Signet.Protocol.Errors;

namespace Signet.Agent.Rights;

/// <summary>A call that lasts as long as its caller likes, and ends when it has lost its right.</summary>
/// <remarks>Used by the call's own thread and by the one that examines it.</remarks>
internal sealed class OpenCall : IDisposable
{
    private readonly Lock _lock = new();
    private readonly OpenCalls _owner;
    private readonly CancellationTokenSource _ending;
    private StoredRequest? _request;
    private Action<StoredRequest>? _judge;
    private volatile bool _isStale;
    private bool _disposed;

    /// <summary>Made by <see cref="OpenCalls.Enter"/>.</summary>
    public OpenCall(OpenCalls owner, CallerIdentity caller, string requestId, CancellationToken cancellationToken)
    {
        _owner = owner;
        Caller = caller;
        RequestId = requestId;
        _ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Token = _ending.Token;
    }

    /// <summary>Who called.</summary>
    public CallerIdentity Caller { get; }

    /// <summary>The request that it is about.</summary>
    public string RequestId { get; }

    /// <summary>Cancelled when the caller has gone, or the right has.</summary>
    public CancellationToken Token { get; }

    /// <summary>Why the right has gone; null while it has not.</summary>
    public SigningException? Lost { get; private set; }

    /// <summary>The request as it was read last.</summary>
    public StoredRequest Request
    {
        get
        {
            lock (_lock)
            {
                return _request ?? throw new InvalidOperationException("the request of the call was not read yet");
            }
        }

        set
        {
            lock (_lock)
            {
                _request = value;
            }
        }
    }

    /// <summary>The request has changed: it is read again before anybody relies on it.</summary>
    public void NoteChange() => _isStale = true;

    /// <summary>From now on the call ends where this throws.</summary>
    /// <param name="judge">Throws a <see cref="SigningException"/> where the right has gone. Must not wait.</param>
    public void Watch(Action<StoredRequest> judge)
    {
        lock (_lock)
        {
            _judge = judge;
        }
    }

    /// <summary>From now on the call ends by itself alone.</summary>
    /// <exception cref="SigningException">It had lost its right already.</exception>
    public void Unwatch()
    {
        lock (_lock)
        {
            _judge = null;
        }

        if (Lost is { } lost)
        {
            throw lost;
        }
    }

    /// <summary>The request, read again where it has changed.</summary>
    public async ValueTask<StoredRequest> ReadAsync(IAgentStore store)
    {
        if (_isStale)
        {
            // A change that comes while it is read is read the next time.
            _isStale = false;
            if (await store.ReadAsync(reader => reader.FindRequest(RequestId), CancellationToken.None) is { } found)
            {
                Request = found;
            }
        }

        return Request;
    }

    /// <summary>Ends the call where it has lost its right.</summary>
    public async Task ExamineAsync(IAgentStore store)
    {
        Action<StoredRequest>? judge;
        lock (_lock)
        {
            judge = _judge;
        }

        if (judge is null || Token.IsCancellationRequested)
        {
            return;
        }

        try
        {
            judge(await ReadAsync(store));
        }
        catch (SigningException lost)
        {
            End(lost);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            _judge = null;
            if (Lost is null)
            {
                _ending.Dispose();
            }
        }

        _owner.Leave(this);
    }

    private void End(SigningException lost)
    {
        lock (_lock)
        {
            if (_disposed || _judge is null || Lost is not null)
            {
                return;
            }

            Lost = lost;

            // What waits for the token goes on elsewhere: whoever examines has other calls to look at.
            _ = _ending.CancelAsync();
        }
    }
}
