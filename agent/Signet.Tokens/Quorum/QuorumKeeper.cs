using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;
using Signet.Tokens.Host;

namespace Signet.Tokens.Quorum;

/// <summary>The quorum of one token: the shares that operators give, what for, and that it is carried out.</summary>
/// <remarks>Safe for use by several threads at once: one thing happens at a time.</remarks>
internal sealed class QuorumKeeper(
    TokenHostOptions options, TokenHostSettings settings, IHostedToken token, TokenFeed feed, QuorumStore store, QuorumCeremonies ceremonies, TimeProvider time,
    ILogger<QuorumKeeper> logger)
    : IAsyncDisposable
{
    private static readonly TimeSpan ExpiryPoll = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly ShareGathering _gathering = new(time);
    private readonly CancellationTokenSource _ending = new();
    private Task _expiring = Task.CompletedTask;

    /// <summary>Begins to let shares expire.</summary>
    public void Start() => _expiring = ExpireAsync(_ending.Token);

    /// <summary>An operator becomes able to take part in quorums of this token: asks for a challenge, then answers it.</summary>
    /// <param name="account">The operator.</param>
    /// <param name="request">Certificate, sealed key and answer.</param>
    /// <returns>The challenge; empty once the operator is enrolled.</returns>
    /// <exception cref="SigningException">INVALID_REQUEST.</exception>
    public Task<byte[]> EnrollAsync(string account, EnrollOperatorRequest request) => InTurnAsync(() =>
    {
        DemandQuorum();
        return Task.FromResult(ceremonies.Enroll(
            account, request.Certificate.ToByteArray(), request.SealedKey.ToByteArray(), request.Proof.ToByteArray()));
    });

    /// <summary>Makes the first quorum of a token.</summary>
    /// <param name="attempt">Who makes it, and the PIN so far.</param>
    /// <param name="threshold">K.</param>
    /// <param name="accounts">The operators.</param>
    /// <param name="force">Although there is one.</param>
    /// <exception cref="SigningException">The PIN is as before, unless the error says otherwise.</exception>
    public Task<QuorumRecord> CreateAsync(UnlockAttempt attempt, int threshold, IReadOnlyList<string> accounts, bool force) => InTurnAsync(() =>
    {
        DemandQuorum();
        return ceremonies.CreateAsync(attempt, threshold, accounts, force);
    });

    /// <summary>Whether a quorum could be made; nothing is tried or changed.</summary>
    /// <exception cref="SigningException">It could not, and why.</exception>
    public Task CheckCreateAsync(CreateQuorumRequest request) => InTurnAsync(async () =>
    {
        DemandQuorum();
        await ceremonies.CheckCreateAsync(request.Threshold, request.Operators, request.Force);
        return true;
    });

    /// <summary>The quorum in force, or the one of a first ceremony that broke off; null for none.</summary>
    public Task<(QuorumRecord? Quorum, QuorumRecord? Interrupted, IReadOnlyList<EnrolledOperator> Enrolled)> ReadAsync() =>
        InTurnAsync(() =>
        {
            DemandQuorum();
            var (current, next) = (store.Current, store.Next);
            return Task.FromResult((current ?? next, next, store.Operators));
        });

    /// <summary>Takes an operator's share; with the last one that is needed the purpose is carried out.</summary>
    /// <param name="account">The operator.</param>
    /// <param name="request">The opened shares; they are zeroed. None for a check, after which nothing has changed.</param>
    /// <returns>Who gave one, how many are needed, and whether the purpose was carried out.</returns>
    /// <exception cref="SigningException">INVALID_REQUEST, or why the purpose could not be carried out.</exception>
    public Task<(IReadOnlyList<string> Accounts, int Needed, bool Done)> GiveAsync(string account, GiveShareRequest request) =>
        InTurnAsync(async () =>
        {
            DemandQuorum();
            if (!settings.IsOperator(account))
            {
                // Removed while this waited for its turn.
                throw new SigningException(ErrorReason.NotGranted, $"{account} is no operator any more.");
            }

            await DropFormerAsync();
            var quorums = new[] { store.Next, store.Current }.OfType<QuorumRecord>().ToList();
            if (quorums.Count == 0)
            {
                throw QuorumErrors.Invalid($"Token '{options.Name}' has no quorum yet. Make one: signet quorum create {options.Name}");
            }

            if (request.Purpose == QuorumPurpose.Unlock && feed.State == TokenState.Ready)
            {
                return ([], quorums[^1].Threshold, true);
            }

            var purpose = QuorumPurposes.Describe(request, interrupted: store.Next is not null);
            if (request.Purpose == QuorumPurpose.Replace)
            {
                await ceremonies.CheckReplaceAsync(quorums[^1], request.Change);
            }

            if (request.CheckOnly)
            {
                return ([], quorums.Min(quorum => quorum.Threshold), false);
            }

            _gathering.Add(purpose, account, Check(account, request, quorums));
            await DropFormerAsync();
            var given = _gathering.Accounts;
            var ready = quorums.Where(quorum => _gathering.Of(quorum.Generation).Count >= quorum.Threshold).ToList();
            var needed = quorums.Min(quorum => quorum.Threshold);
            feed.Note(TokenEventKind.ShareGiven, account, string.Create(CultureInfo.InvariantCulture, $"{purpose}: {given.Count} of {needed}"));
            if (ready.Count == 0)
            {
                await ShowProgressAsync();
                return (given, needed, false);
            }

            try
            {
                await CarryOutAsync(request, ready, given);
                return (given, needed, true);
            }
            finally
            {
                await ClearAsync();
            }
        });

    /// <summary>Forgets the shares that were given.</summary>
    public Task ForgetAsync() => InTurnAsync(async () =>
    {
        await ClearAsync();
        return true;
    });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _expiring;
        _gathering.Dispose();
        _turn.Dispose();
        _ending.Dispose();
    }

    private Dictionary<string, (byte Number, byte[] Share)> Check(
        string account, GiveShareRequest request, List<QuorumRecord> quorums)
    {
        var taken = new Dictionary<string, (byte, byte[])>(StringComparer.Ordinal);
        foreach (var given in request.Shares)
        {
            var part = quorums.FirstOrDefault(quorum => quorum.Generation == given.Generation)?.PartOf(account);
            if (part is not null && CryptographicOperations.FixedTimeEquals(SHA256.HashData(given.Share.Span), part.ShareSha256))
            {
                var share = GC.AllocateArray<byte>(given.Share.Length, pinned: true);
                given.Share.Span.CopyTo(share);
                taken[given.Generation] = (part.Number, share);
            }
        }

        if (taken.Count == 0)
        {
            feed.Note(TokenEventKind.ShareRefused, account, "The share is not one of this operator for this quorum.");
            throw QuorumErrors.Invalid($"{account} gave no share that belongs to the quorum of token '{options.Name}'. See: signet quorum show {options.Name}");
        }

        return taken;
    }

    private async Task CarryOutAsync(GiveShareRequest request, List<QuorumRecord> ready, IReadOnlyList<string> given)
    {
        // What was counted may have been read before a change of the operators.
        if (given.FirstOrDefault(account => !settings.IsOperator(account)) is { } former)
        {
            throw QuorumErrors.Invalid($"{former} is no operator any more, so the shares do not count. No PIN was tried; give them again.");
        }

        var by = string.Join(", ", given);
        foreach (var quorum in ready)
        {
            // The newer one first. That the PIN was wrong may only move on to the older one where a ceremony broke off.
            var last = ReferenceEquals(quorum, ready[^1]);
            var pin = OpenPin(quorum);
            try
            {
                switch (request.Purpose)
                {
                    case QuorumPurpose.Unlock:
                        await ceremonies.DemandSameTokenAsync(quorum);
                        await token.UnlockAsync(new UnlockAttempt(by, pin, request.AcceptFinalTry, FromQuorum: true));
                        ceremonies.Settle(quorum);
                        return;
                    case QuorumPurpose.Replace:
                        await ceremonies.ReplaceAsync(
                            quorum, request.Change, new UnlockAttempt(by, pin, request.AcceptFinalTry, FromQuorum: true), given);
                        return;
                    default:
                        return;
                }
            }
            catch (SigningException exception) when (!last && exception.Reason == ErrorReason.InvalidRequest)
            {
                logger.LogWarning(exception, "The PIN of the ceremony that broke off is not in force; the older one is tried");
            }
            catch (SigningException exception) when (exception.Reason == ErrorReason.InvalidRequest && store.Current is null)
            {
                throw new SigningException(
                    ErrorReason.InvalidRequest,
                    $"{exception.Message} The ceremony that made this quorum broke off before the token took its new PIN: make it again with "
                    + $"the PIN that the token has (signet quorum create {options.Name}).", innerException: exception);
            }
            finally
            {
                pin.Dispose();
            }
        }
    }

    private Secret OpenPin(QuorumRecord quorum)
    {
        try
        {
            return QuorumCeremony.OpenPin(quorum, _gathering.Of(quorum.Generation));
        }
        catch (AuthenticationTagMismatchException exception)
        {
            throw new SigningException(
                ErrorReason.TokenFailed, "The shares do not belong together, so no PIN was tried. The quorum's file may be damaged.",
                innerException: exception);
        }
    }

    private void DemandQuorum()
    {
        if (options.Pkcs11?.UnlockMethod != UnlockMethod.Quorum)
        {
            throw QuorumErrors.Invalid($"The configuration does not say 'unlock: quorum' for '{options.Name}'.");
        }

        if (!feed.IsWatched)
        {
            throw new SigningException(
                ErrorReason.TokenFailed,
                "The agent does not follow this token, so nothing could be recorded. Wait a moment, or start the agent.");
        }
    }

    private Task ShowProgressAsync()
    {
        var progress = _gathering.Purpose == QuorumPurposes.Unlock
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{_gathering.Accounts.Count}/{new[] { store.Next, store.Current }.OfType<QuorumRecord>().Min(quorum => quorum.Threshold)}, {string.Join(", ", _gathering.Accounts)}")
            : null;
        return token.ShowProgressAsync(progress);
    }

    /// <summary>An operator who was removed since has given nothing.</summary>
    private async Task DropFormerAsync()
    {
        var purpose = _gathering.Purpose;
        var former = _gathering.Drop(settings.IsOperator);
        foreach (var account in former)
        {
            feed.Note(
                TokenEventKind.ShareRefused, account, $"{purpose}: the share that {account} gave is dropped: the account is no operator any more.");
        }

        if (former.Count > 0)
        {
            await (_gathering.Accounts.Count > 0 ? ShowProgressAsync() : token.ShowProgressAsync(null));
        }
    }

    private async Task ClearAsync()
    {
        if (_gathering.Accounts.Count > 0)
        {
            _gathering.Clear();
            await token.ShowProgressAsync(null);
        }
    }

    private async Task ExpireAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(ExpiryPoll, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                await InTurnAsync(async () =>
                {
                    await DropFormerAsync();
                    if (_gathering.IsOverdue)
                    {
                        feed.Note(
                            TokenEventKind.SharesExpired, string.Empty,
                            $"{_gathering.Purpose}: the shares of {string.Join(", ", _gathering.Accounts)} waited too long for the others.");
                        await ClearAsync();
                    }

                    return true;
                });
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The host ends.
        }
    }

    private async Task<T> InTurnAsync<T>(Func<Task<T>> act)
    {
        await _turn.WaitAsync();
        try
        {
            return await act();
        }
        finally
        {
            _turn.Release();
        }
    }
}
