using Microsoft.Extensions.Logging;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;
using Signet.Tokens.Host;

namespace Signet.Tokens.Pkcs11;

/// <summary>A PKCS#11 token: finds it, logs in when an operator says so, signs, and notices when it is gone.</summary>
/// <remarks>
/// Everything that changes state runs exclusively on the first native thread, so the state needs no other lock. A login
/// begins a new generation; a signature belongs to the generation in which it was asked for and never outlives it.
/// </remarks>
internal sealed class Pkcs11Token : IHostedToken
{
    private readonly TokenHostOptions _options;
    private readonly TokenFeed _feed;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly NativeThreads _threads;
    private readonly Pkcs11Connection _connection;
    private readonly TokenPresence _presence;
    private readonly TokenLogin _login;
    private readonly Pkcs11TokenOptions _token;
    private readonly Action<string> _endProcess;
    private readonly UnlockTerm _term;
    private readonly KeyPins _keyPins;
    private readonly KeyPinSigning _keyPinSigning;
    private readonly CancellationTokenSource _ending = new();

    private Task _polling = Task.CompletedTask;
    private volatile IReadOnlyList<TokenKey> _keys = [];
    private int _generation;
    private long _lastSignature;

    /// <summary>Prepares the token; nothing native is called before <see cref="Start"/>.</summary>
    /// <param name="options">The host's options.</param>
    /// <param name="token">The token's own options.</param>
    /// <param name="settings">What the agent may change.</param>
    /// <param name="feed">Where states and events go.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">Log.</param>
    /// <param name="endProcess">Ends this process at once and says why: a call hangs, or the state is not known any more.</param>
    public Pkcs11Token(
        TokenHostOptions options, Pkcs11TokenOptions token, TokenHostSettings settings, TokenFeed feed, TimeProvider time, ILogger logger,
        Action<string> endProcess)
    {
        _options = options;
        _feed = feed;
        _time = time;
        _logger = logger;
        _token = token;
        _endProcess = endProcess;
        _term = new UnlockTerm(options.LockAfterTime, options.LockAfterSignatures, time);
        _keyPins = new KeyPins(time);
        _connection = new Pkcs11Connection(token, endProcess);
        _keyPinSigning = new KeyPinSigning(_keyPins, _connection);
        _presence = new TokenPresence(options.Name, token, _connection, feed);
        _login = new TokenLogin(options.Name, settings, token, _connection, _presence, feed);
        _threads = new NativeThreads(
            token.Sessions, token.Queue, time,
            deadline => endProcess($"A call of the PKCS#11 module did not return within {deadline.TotalSeconds:0.#} s."));
    }

    /// <inheritdoc/>
    public IReadOnlyList<TokenKey> Keys
    {
        get
        {
            var keys = _keys;
            var status = _feed.Current;
            return status.State == TokenState.Ready ? keys : throw TokenMessages.NotReady(status);
        }
    }

    /// <inheritdoc/>
    public void Start() => _polling = PollAsync(_ending.Token);

    /// <inheritdoc/>
    public Task UnlockAsync(UnlockAttempt attempt)
    {
        var deadline = attempt.Secret is null ? _options.PinPadDeadline : _options.CallDeadline;
        return _threads.RunExclusivelyAsync(() => Unlock(attempt), deadline);
    }

    /// <inheritdoc/>
    public Task LockAsync(string account, string detail) => _threads.RunExclusivelyAsync(
        () => Lock(account, detail), _options.CallDeadline);

    /// <inheritdoc/>
    public Task<TokenPinRules> ReadPinRulesAsync() => _threads.RunExclusivelyAsync(_login.ReadPinRules, _options.CallDeadline);

    /// <inheritdoc/>
    public Task ProvePinAsync(UnlockAttempt attempt) => _threads.RunExclusivelyAsync(
        () =>
        {
            try
            {
                Lock(attempt.Account, "Its quorum is made anew.");
                _login.ProvePin(attempt);
                return true;
            }
            catch (SigningException exception)
            {
                _presence.Refresh(TokenEventKind.UnlockFailed, attempt.Account, exception.Message);
                throw;
            }
        },
        _options.CallDeadline);

    /// <inheritdoc/>
    public Task ChangePinAsync(UnlockAttempt attempt, byte[] newPin) => _threads.RunExclusivelyAsync(
        () =>
        {
            try
            {
                Lock(attempt.Account, "Its PIN is changed.");
                _login.ChangePin(attempt, newPin);
                return true;
            }
            finally
            {
                attempt.Secret?.Dispose();
                _presence.Refresh(TokenEventKind.Unspecified, string.Empty, string.Empty);
            }
        },
        _options.CallDeadline);

    /// <inheritdoc/>
    public Task ShowProgressAsync(string? progress) => _threads.RunExclusivelyAsync(
        () =>
        {
            _presence.Progress = progress;
            if (_feed.State != TokenState.Ready)
            {
                _presence.Refresh(TokenEventKind.Unspecified, string.Empty, string.Empty);
            }

            return true;
        },
        _options.CallDeadline);

    /// <inheritdoc/>
    public async Task<byte[]> SignAsync(
        string keyLabel, ReadOnlyMemory<byte> digest, SignatureMechanism mechanism, string requestId,
        CancellationToken cancellationToken)
    {
        var generation = Volatile.Read(ref _generation);
        var key = KeyWith(keyLabel);
        Mechanisms.Check(key, digest.Span, mechanism);
        if (key.AlwaysAuthenticate)
        {
            _keyPinSigning.Demand(requestId, keyLabel);
        }

        try
        {
            var signature = await _threads.RunAsync(
                thread => generation == Volatile.Read(ref _generation) && _term.TryTake()
                    ? Sign(thread, key, digest.ToArray(), mechanism, requestId)
                    : throw TokenMessages.NotReady(_presence.LockedStatus()),
                _options.CallDeadline,
                cancellationToken);
            Volatile.Write(ref _lastSignature, _time.GetTimestamp());
            if (_term.End is not null)
            {
                await _threads.RunExclusivelyAsync(() => generation == _generation && LockWhenOver(), _options.CallDeadline);
            }

            return signature;
        }
        catch (KeyPinRefusedException exception)
        {
            await _threads.RunExclusivelyAsync(() => NotePinRefused(requestId, exception), _options.CallDeadline);
            throw new SigningException(
                ErrorReason.TokenLocked,
                $"Key '{keyLabel}' did not take the PIN that was given for request {requestId}. An operator types it again: signet requests pin {requestId}",
                innerException: exception);
        }
        catch (LoginLostException exception)
        {
            await _threads.RunExclusivelyAsync(
                () => generation == _generation && LoseLogin(exception), _options.CallDeadline);
            throw TokenMessages.NotReady(_feed.State == TokenState.Ready ? _presence.LockedStatus() : _feed.Current);
        }
    }

    /// <inheritdoc/>
    public void GiveKeyPin(string account, GiveKeyPinRequest request, Secret pin)
    {
        var generation = Volatile.Read(ref _generation);
        if (!KeyWith(request.KeyLabel).AlwaysAuthenticate)
        {
            pin.Dispose();
            throw new SigningException(ErrorReason.InvalidRequest, $"Key '{request.KeyLabel}' asks for no PIN at its use.");
        }

        _feed.Note(
            TokenEventKind.KeyPinGiven, account,
            $"for request {request.RequestId}, key {request.KeyLabel}, {request.Signatures} signatures");
        _keyPins.Give(
            request.RequestId, request.KeyLabel, pin, request.Signatures,
            request.ExpiresAt?.ToDateTimeOffset() ?? DateTimeOffset.MaxValue, request.AcceptFinalTry);
        if (generation != Volatile.Read(ref _generation))
        {
            // Locked in the meantime.
            _keyPins.Clear();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _polling;
        _threads.Dispose();
        _keyPins.Dispose();
        _ending.Dispose();
    }

    private byte[] Sign(int thread, TokenKey key, byte[] digest, SignatureMechanism mechanism, string requestId) =>
        key.AlwaysAuthenticate
            ? _keyPinSigning.Sign(thread, key, digest, mechanism, requestId)
            : _connection.Sign(thread, key, digest, mechanism, pin: null);

    private bool NotePinRefused(string requestId, KeyPinRefusedException exception)
    {
        var info = _connection.TryReadInfo();
        _feed.Publish(
            status =>
            {
                if (info is not null)
                {
                    TokenDescription.Apply(info, _token, status);
                }
            },
            TokenEventKind.UnlockFailed,
            detail: $"request {requestId}: {exception.Message}");
        return true;
    }

    private TokenKey KeyWith(string label)
    {
        var matches = Keys.Where(key => key.Label == label).ToList();
        return matches switch
        {
            [var key] => key,
            [] => throw new SigningException(
                ErrorReason.InvalidRequest, $"Token '{_options.Name}' holds no private key with the label '{label}'."),
            _ => throw new SigningException(
                ErrorReason.InvalidRequest, $"Token '{_options.Name}' holds {matches.Count} private keys with the label '{label}'."),
        };
    }

    private bool Unlock(UnlockAttempt attempt)
    {
        try
        {
            if (_feed.State != TokenState.Ready)
            {
                BeginGeneration(attempt.Account, _login.LogIn(attempt));
            }

            return true;
        }
#pragma warning disable CA1031 // Nobody stays logged in after a login that did not end well, whatever it was.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _connection.LogOut();
            var error = exception as SigningException ?? new SigningException(
                ErrorReason.TokenFailed, "The login failed; the log of the token host says why.", innerException: exception);
            _logger.LogWarning(exception, "Unlock by {Account} failed: {Detail}", attempt.Account, error.Message);
            _presence.Refresh(TokenEventKind.UnlockFailed, attempt.Account, error.Message);
            throw error;
        }
        finally
        {
            attempt.Secret?.Dispose();
        }
    }

    private async Task PollAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(_options.PollInterval, _time);
        try
        {
            do
            {
                await _threads.RunExclusivelyAsync(Poll, _options.CallDeadline);
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The host ends.
        }
#pragma warning disable CA1031 // Whatever it is, nobody would watch the token any more: end, and be locked.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _logger.LogCritical(exception, "Watching the token failed");
            _endProcess("Watching the token failed.");
        }
    }

    private bool Poll()
    {
        if (_feed.State != TokenState.Ready)
        {
            _presence.Refresh(TokenEventKind.Unspecified, string.Empty, string.Empty);
            return true;
        }

        if (LockWhenOver())
        {
            return true;
        }

        if (_time.GetElapsedTime(Volatile.Read(ref _lastSignature)) < _options.PollInterval)
        {
            // A signature just now proves more than any question.
            return true;
        }

        try
        {
            return _connection.IsLoggedIn() || LoseLogin(new LoginLostException(CKR.CKR_USER_NOT_LOGGED_IN, "C_GetSessionInfo"));
        }
        catch (Pkcs11Exception exception)
        {
            return LoseLogin(new LoginLostException(exception.RV, exception.Method));
        }
    }

    private bool Lock(string account, string detail)
    {
        if (_feed.State == TokenState.Ready)
        {
            EndGeneration();
            _connection.LogOut();
            _presence.PublishLocked(TokenEventKind.Locked, account, detail);
        }

        return true;
    }

    private bool LockWhenOver() => _term.End is { } why && Lock(string.Empty, why);

    private bool LoseLogin(LoginLostException exception)
    {
        _logger.LogError("The login is lost: {Problem}", exception.Message);
        EndGeneration();

        // Told before the module is touched again, since that may take long or never return.
        _presence.PublishLost($"The login was lost ({exception.Message})");
        _connection.ResetLoggedOut();
        _presence.Refresh(TokenEventKind.Unspecified, string.Empty, string.Empty);
        return true;
    }

    private void BeginGeneration(string account, (IReadOnlyList<TokenKey> Keys, ITokenInfo Info, int Sessions) login)
    {
        _threads.Use(login.Sessions);
        _keys = login.Keys;
        Interlocked.Increment(ref _generation);
        Volatile.Write(ref _lastSignature, _time.GetTimestamp());
        var end = _term.Begin();
        _feed.Publish(
            status =>
            {
                TokenDescription.Apply(login.Info, _token, status);
                status.State = TokenState.Ready;
                status.Detail = string.Empty;
                status.UnlockedBy = account;
                status.UnlockedAt = _feed.Now();
                status.LocksAt = end is { } moment ? Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(moment) : null;
            },
            TokenEventKind.Unlocked,
            account);
        _logger.LogInformation("Unlocked by {Account}; {Keys} keys", account, login.Keys.Count);
    }

    private void EndGeneration()
    {
        _keyPins.Clear();
        Interlocked.Increment(ref _generation);
        _keys = [];
    }
}
