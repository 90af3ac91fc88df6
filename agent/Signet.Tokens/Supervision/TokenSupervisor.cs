using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;
using Signet.Tokens.Host;

namespace Signet.Tokens.Supervision;

/// <summary>
/// Keeps one token host running and stands for its token in the agent: starts it, starts it again when it ends, records
/// what happens to the token before it counts, and kills a host that hangs. It never unlocks anything.
/// </summary>
/// <remarks>Safe for use by several threads at once, but for <see cref="StartAsync"/> and <see cref="StopAsync"/>.</remarks>
public sealed class TokenSupervisor : IToken, IAsyncDisposable
{
    private static readonly TimeSpan SignGrace = TimeSpan.FromSeconds(5);

    private readonly TokenHostLaunch _launch;
    private readonly TimeProvider _time;
    private readonly ILogger<TokenSupervisor> _logger;
    private readonly SigningProgress _progress;
    private readonly HostFollower _follower;
    private readonly CancellationTokenSource _stopping = new();

    private Task _running = Task.CompletedTask;
    private volatile HostConnection? _host;
    private readonly Lock _starting = new();
    private TokenHostOptions _options;
    private volatile bool _closed;

    /// <summary>Prepares the supervisor; nothing is started before <see cref="StartAsync"/>.</summary>
    /// <param name="launch">How to start the host.</param>
    /// <param name="sink">Where the token's events are recorded.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">Log; the host's own lines go to it too.</param>
    public TokenSupervisor(TokenHostLaunch launch, ITokenEventSink sink, TimeProvider time, ILogger<TokenSupervisor> logger)
    {
        ArgumentNullException.ThrowIfNull(launch);
        _launch = launch;
        _options = launch.Options;
        _time = time;
        _logger = logger;
        _progress = new SigningProgress(time);
        _follower = new HostFollower(launch, sink, _progress, time, logger, SignGrace);
        _follower.Changed += (_, _) => Changed?.Invoke(this, EventArgs.Empty);
    }

    /// <inheritdoc/>
    public event EventHandler? Changed;

    /// <inheritdoc/>
    public string Name => _launch.Name;

    /// <inheritdoc/>
    public TokenStatus Status => _follower.Status;

    /// <inheritdoc/>
    public IReadOnlyList<TokenKey> Keys => _follower.Keys;

    /// <summary>Begins to keep a host running. Returns at once; <see cref="Changed"/> tells when it is there.</summary>
    /// <param name="cancellationToken">Not used: nothing is waited for.</param>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _running = Task.Run(() => KeepRunningAsync(_stopping.Token), CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>
    /// Changes who may unlock, and which keys are used; for the host that runs, too. Everything else stays as it was at the
    /// start.
    /// </summary>
    /// <param name="operators">Accounts of the operators.</param>
    /// <param name="keys">The private keys that will be used.</param>
    public void Update(IReadOnlyList<string> operators, IReadOnlyList<KeySelector> keys)
    {
        lock (_starting)
        {
            _options = _options with { Operators = operators, Keys = keys };
            _host?.Tell(_options);
        }
    }

    /// <summary>
    /// Takes no more signatures, waits for those that run up to the token's deadline, locks the token, and ends the host.
    /// </summary>
    /// <param name="cancellationToken">Cuts the wait for signatures short; the host is ended all the same.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _closed = true;
        try
        {
            await _progress.WhenIdle.WaitAsync(_launch.CallDeadline, _time, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            _logger.LogWarning("Token {Token}: signatures still ran when the agent stopped", Name);
        }

        try
        {
            await LockAsync(new LockRequest(), cancellationToken);
        }
        catch (Exception exception) when (exception is SigningException or OperationCanceledException)
        {
            // The end of the host locks as well.
            _logger.LogWarning("Token {Token}: not locked in order before the host ended: {Detail}", Name, exception.Message);
        }

        await _stopping.CancelAsync();
        await _running;
    }

    /// <inheritdoc/>
    public async Task<byte[]> SignAsync(
        string keyReference, ReadOnlyMemory<byte> digest, SignatureMechanism mechanism, string requestId,
        CancellationToken cancellationToken)
    {
        if (_closed)
        {
            throw new SigningException(ErrorReason.ShuttingDown, "The agent is stopping. Try again when it runs again.");
        }

        var status = Status;
        if (status.State != TokenState.Ready || _host is not { } host)
        {
            throw TokenMessages.NotReady(status);
        }

        using var running = _progress.Begin();
        try
        {
            var request = new SignRequest
            {
                Key = keyReference,
                Digest = ByteString.CopyFrom(digest.Span),
                Mechanism = mechanism,
                RequestId = requestId,
            };
            return await host.Signatures.SignAsync(request, cancellationToken);
        }
        catch (RpcException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw ErrorStatus.FromRpcException(exception) ?? HostGone(exception);
        }
        catch (ObjectDisposedException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw HostGone(exception);
        }
    }

    /// <inheritdoc/>
    public Task LockAsync(string account, CancellationToken cancellationToken) =>
        LockAsync(new LockRequest { ByOperator = true, Account = account }, cancellationToken);

    private async Task LockAsync(LockRequest request, CancellationToken cancellationToken)
    {
        if (_host is not { } host)
        {
            // Without a host there is no login.
            return;
        }

        try
        {
            await host.Client.LockAsync(
                request,
                deadline: (_time.GetUtcNow() + _launch.CallDeadline + SignGrace).UtcDateTime,
                cancellationToken: cancellationToken);

            // Whoever locks must see it locked, and no later signature may find it ready.
            await _follower.WaitUntilLockedAsync(_launch.HealthDeadline, cancellationToken);
        }
        catch (RpcException exception) when (request.ByOperator && ErrorStatus.FromRpcException(exception) is { } problem)
        {
            // It is locked, but not as an operator wants it.
            throw problem;
        }
        catch (TimeoutException exception)
        {
            _logger.LogError(exception, "Token {Token}: the host did not tell that it locked, so it is killed", Name);
            host.Kill();
        }
        catch (RpcException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _logger.LogError(exception, "Token {Token}: the host did not lock, so it is killed", Name);
            host.Kill();
        }
    }

    /// <summary>As <see cref="StopAsync"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_stopping.IsCancellationRequested)
        {
            await StopAsync(CancellationToken.None);
        }

        _stopping.Dispose();
        _follower.Dispose();
    }

    private async Task KeepRunningAsync(CancellationToken stopping)
    {
        var pause = _launch.FirstRestartPause;
        while (!stopping.IsCancellationRequested)
        {
            var since = _time.GetTimestamp();
            if (await RunOnceAsync(stopping) && _time.GetElapsedTime(since) > _launch.LongestRestartPause)
            {
                pause = _launch.FirstRestartPause;
            }

            try
            {
                await Task.Delay(pause, _time, stopping);
            }
            catch (OperationCanceledException)
            {
                // Stopping.
            }

            pause = pause * 2 < _launch.LongestRestartPause ? pause * 2 : _launch.LongestRestartPause;
        }
    }

    /// <summary>One life of a host.</summary>
    /// <returns>Whether it came to serve.</returns>
    private async Task<bool> RunOnceAsync(CancellationToken stopping)
    {
        HostConnection host;
        try
        {
            lock (_starting)
            {
                host = HostConnection.Start(_launch, _options, _logger);
                _host = host;
            }
        }
        catch (Exception exception) when (exception is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            _logger.LogError(exception, "Token {Token}: the host cannot be started", Name);
            await _follower.EndAsync("the program could not be started", served: false);
            return false;
        }

        await using (host)
        {
            _logger.LogInformation("Token {Token}: started host {Process}", Name, host.ProcessId);
            var (served, problem) = await _follower.FollowAsync(host, stopping);
            _host = null;
            if (stopping.IsCancellationRequested)
            {
                await host.EndAsync();
                _follower.Close();
                return served;
            }

            host.Kill();
            await host.WaitForExitAsync(CancellationToken.None);
            await _follower.EndAsync($"{problem}; {host.DescribeEnd()}", served);
            return served;
        }
    }

    private SigningException HostGone(Exception exception) => new(
        ErrorReason.TokenLocked,
        $"The host of token '{Name}' ended while it signed, so the token is locked. {TokenMessages.Unlock(Name)}",
        innerException: exception);
}
