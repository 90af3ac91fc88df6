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
    private readonly OperatorHold _hold;
    private readonly SelfUnlock _selfUnlock;
    private readonly Pkcs11TokenOptions _token;
    private readonly Action<string> _endProcess;
    private readonly UnlockTerm _term;
    private readonly KeyPins _keyPins;
    private readonly KeyPinSigning _keyPinSigning;
    private readonly KeyPinRecords _keyPinRecords;
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
        _hold = new OperatorHold(token.UnlockMethod == UnlockMethod.None ? options.HoldFile : string.Empty, time);
        _keyPinSigning = new KeyPinSigning(_keyPins, _connection);
        _keyPinRecords = new KeyPinRecords(token, _connection, _keyPins, feed);
        _presence = new TokenPresence(options.Name, token, _connection, feed, _hold);
        _selfUnlock = new SelfUnlock(token.UnlockMethod, _connection, feed, _presence, _hold, time, logger);
        _login = new TokenLogin(options.Name, settings, token, _connection, _presence, feed);
        _threads = new NativeThreads(
            token.Sessions, token.Queue, time,
            deadline => endProcess($"A call of the PKCS#11 module did not return within {deadline.TotalSeconds:0.#} s."));
        settings.KeysChanged += () => _ = ReadKeysAnewAsync();
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
    public void Start() => _polling = new PollLoop(
        _threads, _options.PollInterval, _options.CallDeadline, _time, _logger, _endProcess).RunAsync(Poll, _ending.Token);

    /// <inheritdoc/>
    public Task UnlockAsync(UnlockAttempt attempt)
    {
        var deadline = attempt is { Secret: null, WithoutPin: false } ? _options.PinPadDeadline : _options.CallDeadline;
        return _threads.RunExclusivelyAsync(() => Unlock(attempt), deadline);
    }

    /// <inheritdoc/>
    public Task LockAsync(string account, string detail, bool byOperator = false) => Exclusively(() =>
    {
        _selfUnlock.Postpone();
        Lock(account, detail);
        if (byOperator)
        {
            _selfUnlock.Hold(account);
            RefreshUnlessReady();
        }
    });

    /// <inheritdoc/>
    public Task<TokenPinRules> ReadPinRulesAsync() => _threads.RunExclusivelyAsync(_login.ReadPinRules, _options.CallDeadline);

    /// <inheritdoc/>
    public Task ProvePinAsync(UnlockAttempt attempt) => Exclusively(() =>
    {
        try
        {
            Lock(attempt.Account, "Its quorum is made anew.");
            _login.ProvePin(attempt);
        }
        catch (SigningException exception)
        {
            _presence.Refresh(TokenEventKind.UnlockFailed, attempt.Account, exception.Message);
            throw;
        }
    });

    /// <inheritdoc/>
    public Task ChangePinAsync(UnlockAttempt attempt, byte[] newPin) => Exclusively(() =>
    {
        try
        {
            Lock(attempt.Account, "Its PIN is changed.");
            _login.ChangePin(attempt, newPin);
        }
        finally
        {
            attempt.Secret?.Dispose();
            _presence.Refresh(TokenEventKind.Unspecified, string.Empty, string.Empty);
        }
    });

    /// <inheritdoc/>
    public Task ShowProgressAsync(string? progress) => Exclusively(() =>
    {
        _presence.Progress = progress;
        RefreshUnlessReady();
    });

    /// <inheritdoc/>
    public async Task<byte[]> SignAsync(
        string keyReference, ReadOnlyMemory<byte> digest, SignatureMechanism mechanism, string requestId,
        CancellationToken cancellationToken)
    {
        var generation = Volatile.Read(ref _generation);
        var key = KeyWith(keyReference);
        Mechanisms.Check(key, digest.Span, mechanism);
        if (key.AlwaysAuthenticate)
        {
            _keyPinSigning.Demand(requestId, key);
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
            await Exclusively(() => _keyPinRecords.NoteRefused(requestId, exception));
            throw new SigningException(
                ErrorReason.TokenLocked,
                $"{TokenMessages.NameOf(key)} did not take the PIN that was given for request {requestId}. An operator types it again: signet requests pin {requestId}",
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
        _keyPinRecords.Give(account, KeyWith(request.Key), request, pin);
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

    private TokenKey KeyWith(string reference) => Keys.FirstOrDefault(key => key.Reference == reference)
        ?? throw new SigningException(
            ErrorReason.InvalidRequest, $"The configuration names no such key of token '{_options.Name}', or only since its last unlock.");

    private bool Unlock(UnlockAttempt attempt)
    {
        try
        {
            BeginUnlessReady(attempt);
            return true;
        }
#pragma warning disable CA1031 // Nobody stays logged in after a login that did not end well, whatever it was.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _connection.LogOut();
            var error = exception as SigningException ?? new SigningException(
                ErrorReason.TokenFailed, "The unlock failed; the log of the token host says why.", innerException: exception);
            _logger.LogWarning(exception, "Unlock by {Account} failed: {Detail}", attempt.Account, error.Message);
            _presence.Refresh(TokenEventKind.UnlockFailed, attempt.Account, error.Message);
            throw error;
        }
        finally
        {
            attempt.Secret?.Dispose();
        }
    }

    private bool Poll()
    {
        if (_feed.State != TokenState.Ready)
        {
            _presence.Refresh(TokenEventKind.Unspecified, string.Empty, string.Empty);
            _selfUnlock.TryNow(BeginUnlessReady);
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
            return _connection.IsUsable() || LoseLogin(new LoginLostException(CKR.CKR_USER_NOT_LOGGED_IN, "C_GetSessionInfo"));
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

    private void BeginUnlessReady(UnlockAttempt attempt)
    {
        if (_feed.State == TokenState.Ready)
        {
            return;
        }

        var login = _login.LogIn(attempt);
        _hold.Release();
        _presence.Problem = null;
        BeginGeneration(attempt, login);
    }

    private void RefreshUnlessReady()
    {
        if (_feed.State != TokenState.Ready)
        {
            _presence.Refresh(TokenEventKind.Unspecified, string.Empty, string.Empty);
        }
    }

    private Task<bool> Exclusively(Action act) => _threads.RunExclusivelyAsync(
        () =>
        {
            act();
            return true;
        },
        _options.CallDeadline);

    private async Task ReadKeysAnewAsync()
    {
        try
        {
            await Exclusively(ReadKeysAnew);
        }
        catch (ObjectDisposedException)
        {
            // The host ends.
        }
    }

    private void ReadKeysAnew()
    {
        if (_feed.State != TokenState.Ready)
        {
            return;
        }

        try
        {
            _connection.ForgetHandles();
            _keys = _login.ReadKeys();
            _feed.Publish(status => status.KeysRead++);
        }
        catch (Pkcs11Exception exception)
        {
            LoseLogin(new LoginLostException(exception.RV, exception.Method));
        }
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

    private void BeginGeneration(UnlockAttempt attempt, (IReadOnlyList<TokenKey> Keys, ITokenInfo Info, int Sessions) login)
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
                status.UnlockedBy = attempt.Account;
                status.KeysRead++;
                status.UnlockedAt = _feed.Now();
                status.LocksAt = end is { } moment ? Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(moment) : null;
            },
            TokenEventKind.Unlocked,
            attempt.Account,
            attempt.WithoutPin ? "The token needs no PIN (unlock: none or operator)." : string.Empty);
        _logger.LogInformation("Unlocked by {Account}; {Keys} keys", attempt.Account, login.Keys.Count);
    }

    private void EndGeneration()
    {
        _keyPins.Clear();
        Interlocked.Increment(ref _generation);
        _keys = [];
    }
}
