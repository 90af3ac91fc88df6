using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;
using Signet.Tokens.Host;

namespace Signet.Tokens.Quorum;

/// <summary>
/// What changes the quorum of one token: who can be a member, the ceremonies, and what becomes of one that broke off.
/// Whenever that happens, the files have the quorum whose PIN is in force.
/// </summary>
/// <remarks>Used by one thread at a time.</remarks>
internal sealed class QuorumCeremonies(
    TokenHostOptions options, TokenHostSettings settings, IHostedToken token, TokenFeed feed, QuorumStore store, TimeProvider time)
{
    private const int LeastRsaBits = 2048;
    private const int MostSealedKeyBytes = 16 * 1024;

    /// <summary>An operator becomes able to take part.</summary>
    /// <param name="account">The operator.</param>
    /// <param name="certificate">DER.</param>
    /// <param name="sealedKey">Empty for a key on a card.</param>
    /// <exception cref="SigningException">INVALID_REQUEST.</exception>
    public void Enroll(string account, byte[] certificate, byte[] sealedKey)
    {
        if (sealedKey.Length > MostSealedKeyBytes || !IsUsable(certificate))
        {
            throw QuorumErrors.Invalid(
                $"A quorum seals shares to certificates with an RSA key of {LeastRsaBits} bits or more; this is none.");
        }

        store.Save(new EnrolledOperator(account, certificate, sealedKey, time.GetUtcNow()));
        feed.Note(
            TokenEventKind.OperatorEnrolled, account,
            $"certificate {Convert.ToHexStringLower(SHA256.HashData(certificate))}, {(sealedKey.Length == 0 ? "key on a card" : "key sealed by a passphrase")}");
    }

    /// <summary>Makes the first quorum of a token.</summary>
    /// <param name="attempt">Who makes it, and the PIN so far.</param>
    /// <param name="threshold">K.</param>
    /// <param name="accounts">The operators.</param>
    /// <param name="force">Although there is one.</param>
    /// <exception cref="SigningException">The PIN is as before, unless the error says otherwise.</exception>
    public async Task<QuorumRecord> CreateAsync(UnlockAttempt attempt, int threshold, IReadOnlyList<string> accounts, bool force)
    {
        if (store.Current is { } current && !force)
        {
            throw QuorumErrors.Invalid(
                $"Token '{options.Name}' has a quorum already ({current.Threshold} of {current.Members.Count}). Change it with "
                + "'signet quorum replace'; if its PIN was set anew by the token's security officer, create with --force.");
        }

        _ = Members(threshold, accounts);
        if (store.Next is not null)
        {
            await DemandTypedPinInForceAsync(attempt);
        }

        return await HoldAsync(attempt, threshold, accounts, [attempt.Account]);
    }

    /// <summary>Changes the members.</summary>
    /// <param name="quorum">The quorum in force; no ceremony broke off since.</param>
    /// <param name="change">What changes.</param>
    /// <param name="attempt">With the PIN in force.</param>
    /// <param name="given">Who confirmed it.</param>
    /// <exception cref="SigningException">The PIN is as before, unless the error says otherwise.</exception>
    public async Task ReplaceAsync(QuorumRecord quorum, QuorumChange change, UnlockAttempt attempt, IReadOnlyList<string> given)
    {
        var accounts = quorum.Members.Select(part => part.Account).ToList();
        if (change.Remove.FirstOrDefault(account => !accounts.Contains(account)) is { } stranger)
        {
            throw QuorumErrors.Invalid($"{stranger} is no member of the quorum.");
        }

        if (change.Add.FirstOrDefault(accounts.Contains) is { } member)
        {
            throw QuorumErrors.Invalid($"{member} is a member of the quorum already.");
        }

        await DemandSameTokenAsync(quorum);
        await HoldAsync(
            attempt, change.Threshold == 0 ? quorum.Threshold : change.Threshold,
            [.. accounts.Except(change.Remove, StringComparer.Ordinal), .. change.Add], given);
    }

    /// <summary>Throws unless the token is the one that the quorum was made for.</summary>
    /// <exception cref="SigningException">INVALID_REQUEST; no PIN was tried.</exception>
    public async Task DemandSameTokenAsync(QuorumRecord quorum)
    {
        var rules = await token.ReadPinRulesAsync();
        if (rules.Serial != quorum.Serial)
        {
            throw QuorumErrors.Invalid(
                $"The quorum is for the token with serial number {quorum.Serial}; the one that is there has {rules.Serial}. No PIN was tried.");
        }
    }

    /// <summary>A quorum has unlocked the token: whatever else a ceremony that broke off left is not in force.</summary>
    public void Settle(QuorumRecord inForce)
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

    /// <summary>
    /// The quorum of a ceremony that broke off may be the only record of the PIN in force, and must not be written over
    /// then. It is none where the token takes the PIN that was typed.
    /// </summary>
    private async Task DemandTypedPinInForceAsync(UnlockAttempt attempt)
    {
        try
        {
            await token.ProvePinAsync(attempt);
        }
        catch (SigningException exception) when (exception.Reason == ErrorReason.InvalidRequest)
        {
            throw new SigningException(
                ErrorReason.InvalidRequest,
                $"{exception.Message} A ceremony broke off before, and the token may have the PIN of that quorum already: nothing was "
                + $"changed. Its members try: signet unlock {options.Name}", innerException: exception);
        }
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
            throw QuorumErrors.Invalid("An operator is named twice.");
        }

        if (threshold < 1 || threshold > accounts.Count || accounts.Count > SecretSharing.MostShares)
        {
            throw QuorumErrors.Invalid(
                $"A quorum has 1 to {SecretSharing.MostShares} operators, and a threshold of 1 to as many as there are; "
                + $"{threshold} of {accounts.Count} is none.");
        }

        var enrolled = store.Operators;
        return [.. accounts.Select(account =>
            !settings.Operators.Contains(account, StringComparer.Ordinal)
                ? throw QuorumErrors.Invalid($"{account} is no operator. The configuration names them, under 'operators'.")
                : enrolled.FirstOrDefault(candidate => candidate.Account == account)
                    ?? throw QuorumErrors.Invalid(
                        $"{account} is not enrolled yet. In their own account they run: signet quorum enroll {options.Name}"))];
    }
}
