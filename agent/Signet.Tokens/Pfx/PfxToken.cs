using Microsoft.Extensions.Logging;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;
using Signet.Tokens.Host;
using Signet.Tokens.Pkcs11;

namespace Signet.Tokens.Pfx;

/// <summary>
/// A PFX file as a token: absent while the file is not there, locked until its password is typed. Its key has the
/// label that the token's name is. There is no hardware behind it, and nothing here says so.
/// </summary>
/// <remarks>State changes and signatures run one at a time on one thread.</remarks>
internal sealed class PfxToken : IHostedToken
{
    private readonly TokenHostOptions _options;
    private readonly PfxTokenOptions _file;
    private readonly TokenFeed _feed;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly NativeThreads _threads;
    private readonly Action<string> _endProcess;
    private readonly CancellationTokenSource _ending = new();

    private Task _polling = Task.CompletedTask;
    private PfxKey? _key;
    private bool _searched;

    /// <summary>Prepares the token; the file is not read before an operator unlocks it.</summary>
    /// <param name="options">The host's options.</param>
    /// <param name="file">Where the file is.</param>
    /// <param name="feed">Where states and events go.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">Log.</param>
    /// <param name="endProcess">Ends this process at once and says why.</param>
    public PfxToken(
        TokenHostOptions options, PfxTokenOptions file, TokenFeed feed, TimeProvider time, ILogger logger,
        Action<string> endProcess)
    {
        _options = options;
        _file = file;
        _feed = feed;
        _time = time;
        _logger = logger;
        _endProcess = endProcess;
        _threads = new NativeThreads(
            1, file.Queue, time, deadline => endProcess($"An operation took longer than {deadline.TotalSeconds:0.#} s."));
    }

    /// <inheritdoc/>
    public IReadOnlyList<TokenKey> Keys => _feed.State == TokenState.Ready && Volatile.Read(ref _key) is { } key
        ? [key.Description]
        : throw TokenMessages.NotReady(_feed.Current);

    /// <inheritdoc/>
    public void Start() => _polling = new PollLoop(
        _threads, _options.PollInterval, _options.CallDeadline, _time, _logger, _endProcess).RunAsync(Poll, _ending.Token);

    /// <inheritdoc/>
    public Task UnlockAsync(UnlockAttempt attempt) =>
        _threads.RunExclusivelyAsync(() => Unlock(attempt), _options.CallDeadline);

    /// <inheritdoc/>
    public Task LockAsync(string account, string detail, bool byOperator = false) => _threads.RunExclusivelyAsync(
        () =>
        {
            if (_key is not null)
            {
                DropKey();
                Publish(TokenEventKind.Locked, account, detail);
            }

            return true;
        },
        _options.CallDeadline);

    /// <inheritdoc/>
    public Task<TokenPinRules> ReadPinRulesAsync() => throw NoQuorum();

    /// <inheritdoc/>
    public Task ProvePinAsync(UnlockAttempt attempt) => throw NoQuorum();

    /// <inheritdoc/>
    public Task ChangePinAsync(UnlockAttempt attempt, byte[] newPin) => throw NoQuorum();

    /// <inheritdoc/>
    public Task ShowProgressAsync(string? progress) => throw NoQuorum();

    /// <inheritdoc/>
    public Task<byte[]> SignAsync(
        string keyReference, ReadOnlyMemory<byte> digest, SignatureMechanism mechanism, string requestId,
        CancellationToken cancellationToken)
    {
        var asked = Volatile.Read(ref _key);
        var description = Keys[0];
        if (keyReference != description.Reference)
        {
            throw new SigningException(
                ErrorReason.InvalidRequest, $"The PFX file '{_options.Name}' holds no key '{keyReference}'.");
        }

        Mechanisms.Check(description, digest.Span, mechanism);
        return _threads.RunAsync(
            _ => _key is { } key && ReferenceEquals(key, asked)
                ? key.Sign(digest.Span, mechanism)
                : throw TokenMessages.NotReady(_feed.Current),
            _options.CallDeadline,
            cancellationToken);
    }

    /// <inheritdoc/>
    public void GiveKeyPin(string account, GiveKeyPinRequest request, Secret pin) => throw new SigningException(
        ErrorReason.InvalidRequest, "The key in a PFX file asks for no PIN at its use.");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _polling;
        _threads.Dispose();
        _ending.Dispose();
    }

    private static SigningException NoQuorum() => new(
        ErrorReason.InvalidRequest, "A PFX file has a password and no quorum: whoever reads the file can try passwords elsewhere.");

    private bool Unlock(UnlockAttempt attempt)
    {
        try
        {
            if (_key is null)
            {
                LoadKey(attempt);
            }

            return true;
        }
        catch (SigningException exception)
        {
            _logger.LogWarning(exception, "Unlock by {Account} failed: {Detail}", attempt.Account, exception.Message);
            Publish(TokenEventKind.UnlockFailed, attempt.Account, exception.Message);
            throw;
        }
        finally
        {
            attempt.Secret?.Dispose();
        }
    }

    private void LoadKey(UnlockAttempt attempt)
    {
        if (attempt.Secret is not { } secret)
        {
            throw new SigningException(
                ErrorReason.InvalidRequest,
                attempt.WithoutPin
                    ? "A PFX file is unlocked with its password."
                    : "A PFX file has no PIN pad. Unlock it with its password.");
        }

        if (!File.Exists(_file.Path))
        {
            throw new SigningException(
                ErrorReason.TokenAbsent, $"The PFX file of '{_options.Name}' is not there. Check its path in the configuration.");
        }

        Volatile.Write(ref _key, PfxKey.Load(_file.Path, _options.Name, secret.Bytes));
        _feed.Publish(
            status =>
            {
                status.State = TokenState.Ready;
                status.Detail = string.Empty;
                status.UnlockedBy = attempt.Account;
                status.UnlockedAt = _feed.Now();
            },
            TokenEventKind.Unlocked,
            attempt.Account);
        _logger.LogInformation("Unlocked by {Account}", attempt.Account);
    }

    private bool Poll()
    {
        var there = File.Exists(_file.Path);
        var before = _feed.State;
        if (!there && _key is not null)
        {
            DropKey();
        }

        var kind = (_searched, there, before) switch
        {
            (true, true, TokenState.Absent) => TokenEventKind.Inserted,
            (true, false, not TokenState.Absent) => TokenEventKind.Removed,
            _ => TokenEventKind.Unspecified,
        };
        _searched = true;
        if (_key is null)
        {
            Publish(kind, string.Empty, kind == TokenEventKind.Unspecified ? string.Empty : there ? "The file is there." : "The file is gone.");
        }

        return true;
    }

    private void DropKey()
    {
        _key?.Dispose();
        Volatile.Write(ref _key, null);
    }

    private void Publish(TokenEventKind kind, string account, string detail) => _feed.Publish(
        status => (status.State, status.Detail) = File.Exists(_file.Path)
            ? (TokenState.Locked, TokenMessages.Unlock(_options.Name))
            : (TokenState.Absent, "The PFX file is not there. Check its path in the configuration."),
        kind,
        account,
        detail);
}
