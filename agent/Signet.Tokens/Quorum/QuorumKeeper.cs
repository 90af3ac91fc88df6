using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;
using Signet.Tokens.Host;

namespace Signet.Tokens.Quorum;

/// <summary>The quorum of one token: who belongs to it, the ceremonies that make it, and the shares that operators give.</summary>
/// <remarks>Safe for use by several threads at once: one thing happens at a time.</remarks>
internal sealed class QuorumKeeper(
    TokenHostOptions options, IHostedToken token, TokenFeed feed, QuorumStore store, TimeProvider time, ILogger<QuorumKeeper> logger)
    : IAsyncDisposable
{
    private const int LeastRsaBits = 2048;
    private const int MostSealedKeyBytes = 16 * 1024;

    private static readonly TimeSpan ExpiryPoll = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly ShareGathering _gathering = new(time);
    private readonly CancellationTokenSource _ending = new();
    private Task _expiring = Task.CompletedTask;

    /// <summary>Begins to let shares expire.</summary>
    public void Start() => _expiring = ExpireAsync(_ending.Token);

    /// <summary>An operator becomes able to take part in quorums of this token.</summary>
    /// <param name="account">The operator.</param>
    /// <param name="certificate">DER.</param>
    /// <param name="sealedKey">Empty for a key on a card.</param>
    /// <exception cref="SigningException">INVALID_REQUEST.</exception>
    public Task EnrollAsync(string account, byte[] certificate, byte[] sealedKey) => InTurnAsync(() =>
    {
        DemandQuorum();
        if (sealedKey.Length > MostSealedKeyBytes || !IsUsable(certificate))
        {
            throw Invalid($"A quorum seals shares to certificates with an RSA key of {LeastRsaBits} bits or more; this is none.");
        }

        store.Save(new EnrolledOperator(account, certificate, sealedKey, time.GetUtcNow()));
        feed.Note(
            TokenEventKind.OperatorEnrolled, account,
            $"certificate {Convert.ToHexStringLower(SHA256.HashData(certificate))}, {(sealedKey.Length == 0 ? "key on a card" : "key sealed by a passphrase")}");
        return Task.FromResult(true);
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
        if (store.Current is { } current && !force)
        {
            throw Invalid(
                $"Token '{options.Name}' has a quorum already ({current.Threshold} of {current.Members.Count}). Change it with "
                + "'signet quorum replace'; if its PIN was set anew by the token's security officer, create with --force.");
        }

        return HoldAsync(attempt, threshold, accounts, [attempt.Account]);
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
    /// <param name="request">The opened shares; they are zeroed.</param>
    /// <returns>Who gave one, how many are needed, and whether the purpose was carried out.</returns>
    /// <exception cref="SigningException">INVALID_REQUEST, or why the purpose could not be carried out.</exception>
    public Task<(IReadOnlyList<string> Accounts, int Needed, bool Done)> GiveAsync(string account, GiveShareRequest request) =>
        InTurnAsync(async () =>
        {
            DemandQuorum();
            var quorums = new[] { store.Next, store.Current }.OfType<QuorumRecord>().ToList();
            if (quorums.Count == 0)
            {
                throw Invalid($"Token '{options.Name}' has no quorum yet. Make one: signet quorum create {options.Name}");
            }

            if (request.Purpose == QuorumPurpose.Unlock && feed.State == TokenState.Ready)
            {
                return ([], quorums[^1].Threshold, true);
            }

            var purpose = DescribePurpose(request, quorums);
            _gathering.Add(purpose, account, Check(account, request, quorums));
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

    private static bool IsUsable(byte[] der)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(der);
            using var key = certificate.GetRSAPublicKey();
            return key is { KeySize: >= LeastRsaBits };
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static SigningException Invalid(string message) => new(ErrorReason.InvalidRequest, message);

    private static string DescribePurpose(GiveShareRequest request, List<QuorumRecord> quorums)
    {
        switch (request.Purpose)
        {
            case QuorumPurpose.Unlock:
                return "unlock";
            case QuorumPurpose.Test:
                return "test";
            case QuorumPurpose.Replace when request.Change is { } change:
                if (quorums.Count > 1)
                {
                    throw Invalid("A ceremony broke off. Unlock the token once, which settles which quorum is in force; then replace.");
                }

                return $"replace (remove {Join(change.Remove)}; add {Join(change.Add)}; threshold {change.Threshold})";
            default:
                throw Invalid("The purpose of the share is not known.");
        }

        static string Join(IEnumerable<string> accounts) => string.Join(' ', accounts.Order(StringComparer.Ordinal).DefaultIfEmpty("nobody"));
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
            throw Invalid($"{account} gave no share that belongs to the quorum of token '{options.Name}'. See: signet quorum show {options.Name}");
        }

        return taken;
    }

    private async Task CarryOutAsync(GiveShareRequest request, List<QuorumRecord> ready, IReadOnlyList<string> given)
    {
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
                        await DemandSameTokenAsync(quorum);
                        await token.UnlockAsync(new UnlockAttempt(by, pin, request.AcceptFinalTry, FromQuorum: true));
                        Settle(quorum);
                        return;
                    case QuorumPurpose.Replace:
                        await ReplaceAsync(quorum, request, new UnlockAttempt(by, pin, request.AcceptFinalTry, FromQuorum: true), given);
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

    private void Settle(QuorumRecord inForce)
    {
        if (store.Next is not { } next)
        {
            return;
        }

        if (next.Generation == inForce.Generation)
        {
            store.Promote();
        }
        else
        {
            store.DropNext();
        }

        feed.Note(
            TokenEventKind.QuorumChanged, string.Empty,
            $"A ceremony that broke off is settled: quorum {inForce.Generation} is in force.");
    }

    private async Task ReplaceAsync(
        QuorumRecord quorum, GiveShareRequest request, UnlockAttempt attempt, IReadOnlyList<string> given)
    {
        var change = request.Change;
        var accounts = quorum.Members.Select(part => part.Account).ToList();
        if (change.Remove.FirstOrDefault(account => !accounts.Contains(account)) is { } stranger)
        {
            throw Invalid($"{stranger} is no member of the quorum.");
        }

        if (change.Add.FirstOrDefault(accounts.Contains) is { } member)
        {
            throw Invalid($"{member} is a member of the quorum already.");
        }

        await DemandSameTokenAsync(quorum);
        await HoldAsync(
            attempt, change.Threshold == 0 ? quorum.Threshold : change.Threshold,
            [.. accounts.Except(change.Remove, StringComparer.Ordinal), .. change.Add], given);
    }

    /// <summary>The ceremony: the next quorum is on disk, then the PIN changes, then the next quorum is the current one.</summary>
    private async Task<QuorumRecord> HoldAsync(
        UnlockAttempt attempt, int threshold, IReadOnlyList<string> accounts, IReadOnlyList<string> by)
    {
        var members = Members(threshold, accounts);
        var rules = await token.ReadPinRulesAsync();
        var (quorum, pin) = QuorumCeremony.Make(options.Name, rules, threshold, members, by, time.GetUtcNow());
        using (pin)
        {
            store.SaveNext(quorum);
            try
            {
                await token.ChangePinAsync(attempt, pin.Bytes);
            }
            catch (SigningException exception)
            {
                feed.Note(TokenEventKind.QuorumFailed, attempt.Account, exception.Message);
                if (exception.Reason == ErrorReason.InvalidRequest)
                {
                    // Nothing has changed, for certain. Where it is not certain, the next unlock finds out.
                    store.DropNext();
                }

                throw;
            }
        }

        store.Promote();
        feed.Note(
            TokenEventKind.QuorumChanged, attempt.Account,
            string.Create(CultureInfo.InvariantCulture, $"quorum {quorum.Generation}: {threshold} of {members.Count} ({string.Join(", ", accounts)})"));
        return quorum;
    }

    private List<EnrolledOperator> Members(int threshold, IReadOnlyList<string> accounts)
    {
        if (accounts.Distinct(StringComparer.Ordinal).Count() != accounts.Count)
        {
            throw Invalid("An operator is named twice.");
        }

        if (threshold < 1 || threshold > accounts.Count || accounts.Count > SecretSharing.MostShares)
        {
            throw Invalid(
                $"A quorum has 1 to {SecretSharing.MostShares} operators, and a threshold of 1 to as many as there are; "
                + $"{threshold} of {accounts.Count} is none.");
        }

        var enrolled = store.Operators;
        return [.. accounts.Select(account =>
            !options.Operators.Contains(account, StringComparer.Ordinal)
                ? throw Invalid($"{account} is no operator. The configuration names them, under 'operators'.")
                : enrolled.FirstOrDefault(candidate => candidate.Account == account)
                    ?? throw Invalid($"{account} is not enrolled yet. In their own account they run: signet quorum enroll {options.Name}"))];
    }

    private async Task DemandSameTokenAsync(QuorumRecord quorum)
    {
        var rules = await token.ReadPinRulesAsync();
        if (rules.Serial != quorum.Serial)
        {
            throw Invalid($"The quorum is for the token with serial number {quorum.Serial}; the one that is there has {rules.Serial}. No PIN was tried.");
        }
    }

    private void DemandQuorum()
    {
        if (options.Pkcs11?.UnlockMethod != UnlockMethod.Quorum)
        {
            throw Invalid($"The configuration does not say 'unlock: quorum' for '{options.Name}'.");
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
        var progress = _gathering.Purpose == "unlock"
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{_gathering.Accounts.Count}/{new[] { store.Next, store.Current }.OfType<QuorumRecord>().Min(quorum => quorum.Threshold)}, {string.Join(", ", _gathering.Accounts)}")
            : null;
        return token.ShowProgressAsync(progress);
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
