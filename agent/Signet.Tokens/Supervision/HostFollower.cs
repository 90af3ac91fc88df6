using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Signet.Protocol.V1;
using Signet.Tokens.Host;

namespace Signet.Tokens.Supervision;

/// <summary>
/// Follows what a token host tells, records it, and only then publishes it. A state that is not recorded, or a host that
/// does not answer, is a locked token.
/// </summary>
/// <remarks>The readers may be used by several threads at once; the rest by the supervisor's loop alone.</remarks>
internal sealed class HostFollower(
    TokenHostLaunch launch, ITokenEventSink sink, SigningProgress progress, TimeProvider time, ILogger logger, TimeSpan signGrace)
    : IDisposable
{
    private const string LedgerDetail =
        "What happened to the token could not be recorded, so it was locked. Put the ledger right; then: signet unlock ";

    private static readonly TimeSpan StartPoll = TimeSpan.FromMilliseconds(50);

    private readonly Lock _lock = new();
    private readonly EventRecorder _recorder = new(launch.Name, sink, logger);
    private TokenStatus _status = Starting(launch);
    private IReadOnlyList<TokenKey> _keys = [];
    private readonly CancellationTokenSource _recording = new();
    private bool _gateOpen;
    private bool _unrecorded;
    private bool _startFailureTold;

    /// <summary>Raised after each change of <see cref="Status"/> or <see cref="Keys"/>.</summary>
    public event EventHandler? Changed;

    /// <summary>A copy of the published state; never READY once the gate is closed.</summary>
    public TokenStatus Status
    {
        get
        {
            lock (_lock)
            {
                var status = _status.Clone();
                if (status.State == TokenState.Ready && !_gateOpen)
                {
                    Lock(status);
                }

                return status;
            }
        }
    }

    /// <summary>The keys as described after the last unlock.</summary>
    public IReadOnlyList<TokenKey> Keys
    {
        get
        {
            lock (_lock)
            {
                return _keys;
            }
        }
    }

    /// <summary>Follows a host until it ends, hangs, or the supervisor stops.</summary>
    /// <returns>Whether the host came to serve, and why following it ended.</returns>
    public async Task<(bool Served, string Problem)> FollowAsync(HostConnection host, CancellationToken stopping)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await using var limit = stopping.Register(() => _recording.CancelAfter(launch.HealthDeadline));
        var exited = host.WaitForExitAsync(ending.Token);
        var watching = Task.FromResult(string.Empty);
        var checking = watching;
        try
        {
            if (await WaitUntilServingAsync(host, exited, ending.Token) is { } problem)
            {
                return (false, problem);
            }

            watching = WatchAsync(host, ending.Token);
            checking = CheckAsync(host, ending.Token);
            var first = await Task.WhenAny(exited, watching, checking);
            if (first == exited)
            {
                // What the host said before it died is still worth recording.
                await Task.WhenAny(watching, Task.Delay(launch.HealthDeadline, time, ending.Token));
                return (true, "the host ended");
            }

            return (true, first == checking ? await checking : await watching);
        }
        finally
        {
            CloseGate();
            await ending.CancelAsync();

            // What is being recorded is recorded to its end.
            await Task.WhenAll(watching, checking);
        }
    }

    /// <summary>Records that the host ended, and publishes that the token is locked.</summary>
    /// <param name="problem">What happened.</param>
    /// <param name="served">Whether it had come to serve. Failures to start are told once, not at every attempt.</param>
    public async Task EndAsync(string problem, bool served)
    {
        CloseGate();
        if (served || !_startFailureTold)
        {
            _startFailureTold = !served;
            await RecordAsync(TokenEventKind.HostEnded, problem);
        }

        Publish(Without(
            served
                ? $"The token host ended and is started again. {TokenMessages.Unlock(launch.Name)}"
                : "The token host does not start; the agent's log says why.",
            launch,
            served ? TokenState.Locked : TokenState.Failed));
    }

    /// <summary>Publishes that the supervisor has stopped.</summary>
    public void Close() => Publish(Without("The agent has stopped the token host.", launch));

    /// <summary>Waits until the published state is not READY.</summary>
    /// <exception cref="TimeoutException">It was still READY after the time.</exception>
    public async Task WaitUntilLockedAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        var locked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Look(object? sender, EventArgs arguments)
        {
            lock (_lock)
            {
                if (_status.State != TokenState.Ready)
                {
                    locked.TrySetResult();
                }
            }
        }

        Changed += Look;
        try
        {
            Look(null, EventArgs.Empty);
            await locked.Task.WaitAsync(timeout, time, cancellationToken);
        }
        finally
        {
            Changed -= Look;
        }
    }

    /// <summary>Lets go of what it holds; the supervisor has stopped.</summary>
    public void Dispose() => _recording.Dispose();

    private static TokenStatus Without(string detail, TokenHostLaunch launch, TokenState state = TokenState.Locked) => new()
    {
        Name = launch.Name,
        State = state,
        Detail = detail,
        Hardware = launch.Options.Pkcs11 is not null,
    };

    private static TokenStatus Starting(TokenHostLaunch launch)
    {
        var status = Without("The token host starts.", launch, TokenState.Absent);
        status.Starting = true;
        return status;
    }

    private async Task<string?> WaitUntilServingAsync(HostConnection host, Task exited, CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        while (!exited.IsCompleted)
        {
            if (time.GetElapsedTime(since) > launch.StartDeadline)
            {
                return $"the host did not serve within {launch.StartDeadline.TotalSeconds:0.#} s";
            }

            try
            {
                await host.Client.HealthAsync(
                    new HealthRequest(), deadline: Deadline(launch.HealthDeadline), cancellationToken: cancellationToken);
                return null;
            }
            catch (RpcException exception) when (
                exception.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Internal)
            {
                await Task.WhenAny(exited, Task.Delay(StartPoll, time, cancellationToken));
            }
            catch (RpcException exception)
            {
                return $"the host refused the agent ({exception.Status.Detail})";
            }
        }

        return "the host ended before it served";
    }

    /// <summary>Takes what the host tells, until the stream ends.</summary>
    private async Task<string> WatchAsync(HostConnection host, CancellationToken cancellationToken)
    {
        try
        {
            using var call = host.Client.Watch(new WatchTokenRequest(), cancellationToken: cancellationToken);
            await foreach (var message in call.ResponseStream.ReadAllAsync(cancellationToken))
            {
                await TakeAsync(host, message, cancellationToken);
            }

            return "the host ended its report";
        }
        catch (RpcException exception)
        {
            return $"the host's report broke ({exception.StatusCode})";
        }
        catch (OperationCanceledException)
        {
            return "stopped";
        }
    }

    private async Task TakeAsync(HostConnection host, WatchTokenResponse message, CancellationToken cancellationToken)
    {
        if (message.Status.State != TokenState.Ready)
        {
            // Bad news counts at once, whether it can be recorded or not.
            CloseGate();
        }

        if (message.Event is { } happened && !await _recorder.TryRecordAsync(happened, _recording.Token))
        {
            await LockUnrecordedAsync(host, message, cancellationToken);
            return;
        }

        if (message.Status.State != TokenState.Ready)
        {
            _startFailureTold = false;
            Publish(WithLedgerProblem(message));
        }
        else if (message.Event?.Kind == TokenEventKind.Unlocked)
        {
            // The only way to READY: an unlock that is on disk, from the host that is followed.
            _unrecorded = false;
            await DescribeKeysAsync(host, cancellationToken);
            Publish(message.Status);
        }
        else if (Status is { State: TokenState.Ready } before)
        {
            if (before.KeysRead != message.Status.KeysRead)
            {
                await DescribeKeysAsync(host, cancellationToken);
            }

            Publish(message.Status);
        }
    }

    /// <summary>Keeps the reason for a lock in sight until somebody unlocks or locks.</summary>
    private TokenStatus WithLedgerProblem(WatchTokenResponse message)
    {
        if (_unrecorded && message.Status.State == TokenState.Locked)
        {
            message.Status.Detail = LedgerDetail + launch.Name;
        }

        return message.Status;
    }

    private async Task LockUnrecordedAsync(
        HostConnection host, WatchTokenResponse message, CancellationToken cancellationToken)
    {
        _unrecorded = true;
        CloseGate();
        try
        {
            await host.Client.LockAsync(
                new LockRequest(), deadline: Deadline(launch.CallDeadline + signGrace), cancellationToken: cancellationToken);
        }
        catch (RpcException exception)
        {
            logger.LogError(exception, "Token {Token}: the host did not lock, so it is killed", launch.Name);
            host.Kill();
        }

        if (message.Status.State == TokenState.Ready)
        {
            Lock(message.Status);
        }

        Publish(WithLedgerProblem(message));
    }

    private async Task DescribeKeysAsync(HostConnection host, CancellationToken cancellationToken)
    {
        try
        {
            var described = await host.Client.DescribeKeysAsync(
                new DescribeKeysRequest(), deadline: Deadline(launch.HealthDeadline), cancellationToken: cancellationToken);
            lock (_lock)
            {
                _keys = [.. described.Keys];
            }
        }
        catch (RpcException exception)
        {
            // Locked again in the meantime, which the next message tells.
            logger.LogWarning("Token {Token}: the keys could not be described: {Detail}", launch.Name, exception.Status.Detail);
        }
    }

    /// <summary>Asks the host again and again whether it lives, and looks whether signatures come back.</summary>
    private async Task<string> CheckAsync(HostConnection host, CancellationToken cancellationToken)
    {
        var longest = launch.CallDeadline + signGrace;
        try
        {
            while (true)
            {
                await Task.Delay(launch.HealthInterval, time, cancellationToken);
                if (progress.Stalled > longest)
                {
                    return $"no signature came back for {longest.TotalSeconds:0.#} s";
                }

                await host.Client.HealthAsync(
                    new HealthRequest(), deadline: Deadline(launch.HealthDeadline), cancellationToken: cancellationToken);
            }
        }
        catch (RpcException exception)
        {
            return $"the host did not answer ({exception.StatusCode})";
        }
        catch (OperationCanceledException)
        {
            return "stopped";
        }
    }

    private async Task RecordAsync(TokenEventKind kind, string detail)
    {
        var happened = new TokenEvent { Kind = kind, Detail = detail, At = Timestamp.FromDateTimeOffset(time.GetUtcNow()) };
        await _recorder.TryRecordAsync(happened, _recording.Token);
    }

    /// <summary>No signature from here on, though nothing is published yet: a state is published once it is recorded.</summary>
    private void CloseGate()
    {
        lock (_lock)
        {
            _gateOpen = false;
        }
    }

    private void Lock(TokenStatus status)
    {
        status.State = TokenState.Locked;
        status.Detail = TokenMessages.Unlock(launch.Name);
        status.UnlockedBy = string.Empty;
        status.UnlockedAt = null;
        status.LocksAt = null;
    }

    private void Publish(TokenStatus status)
    {
        lock (_lock)
        {
            _gateOpen = status.State == TokenState.Ready;
            if (_status.Equals(status))
            {
                return;
            }

            _status = status.Clone();
        }

        Changed?.Invoke(this, EventArgs.Empty);
    }

    private DateTime Deadline(TimeSpan after) => (time.GetUtcNow() + after).UtcDateTime;
}
