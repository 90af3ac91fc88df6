using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Net.Pkcs11Interop.Common;
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

    private readonly EnrollmentChallenges _challenges = new(time);

    /// <summary>An operator becomes able to take part, in two steps: a challenge, and its answer.</summary>
    /// <param name="account">The operator.</param>
    /// <param name="certificate">DER.</param>
    /// <param name="sealedKey">Empty for a key on a card.</param>
    /// <param name="proof">The answer; empty for the first step.</param>
    /// <returns>The challenge; empty once the operator is enrolled.</returns>
    /// <exception cref="SigningException">INVALID_REQUEST.</exception>
    public byte[] Enroll(string account, byte[] certificate, byte[] sealedKey, byte[] proof)
    {
        if (sealedKey.Length > MostSealedKeyBytes || !IsUsable(certificate))
        {
            throw QuorumErrors.Invalid(
                $"A quorum seals shares to certificates with an RSA key of {LeastRsaBits} bits or more; this is none.");
        }

        if (proof.Length == 0)
        {
            return _challenges.Make(account, certificate, onCard: sealedKey.Length == 0);
        }

        if (!_challenges.TryAnswer(account, certificate, proof))
        {
            throw QuorumErrors.Invalid(
                $"Nothing proves that {account} can open what is sealed to this certificate, so nobody was enrolled. Enroll again.");
        }

        store.Save(new EnrolledOperator(account, certificate, sealedKey, time.GetUtcNow(), IsProved: true));
        feed.Note(
            TokenEventKind.OperatorEnrolled, account,
            $"certificate {Convert.ToHexStringLower(SHA256.HashData(certificate))}, {(sealedKey.Length == 0 ? "key on a card" : "key sealed by a passphrase")}");
        return [];
    }

    /// <summary>Whether a quorum could be made; nothing is tried or changed.</summary>
    /// <param name="threshold">K.</param>
    /// <param name="accounts">The operators.</param>
    /// <param name="force">Although there is one.</param>
    /// <exception cref="SigningException">It could not, and why.</exception>
    public async Task CheckCreateAsync(int threshold, IReadOnlyList<string> accounts, bool force)
    {
        if (store.Current is { } current && !force)
        {
            throw QuorumErrors.Invalid(
                $"Token '{options.Name}' has a quorum already ({current.Threshold} of {current.Members.Count}). Change it with "
                + "'signet quorum replace'; if its PIN was set anew by the token's security officer, create with --force.");
        }

        _ = Members(threshold, accounts);
        QuorumPin.Check(await token.ReadPinRulesAsync());
    }

    /// <summary>Makes the first quorum of a token.</summary>
    /// <param name="attempt">Who makes it, and the PIN so far.</param>
    /// <param name="threshold">K.</param>
    /// <param name="accounts">The operators.</param>
    /// <param name="force">Although there is one.</param>
    /// <exception cref="SigningException">The PIN is as before, unless the error says otherwise.</exception>
    public async Task<QuorumRecord> CreateAsync(UnlockAttempt attempt, int threshold, IReadOnlyList<string> accounts, bool force)
    {
        await CheckCreateAsync(threshold, accounts, force);
        if (store.Next is not null)
        {
            await DemandTypedPinInForceAsync(attempt);
        }

        return await HoldAsync(attempt, threshold, accounts, [attempt.Account]);
    }

    /// <summary>Whether the members could be changed so; nothing is tried or changed.</summary>
    /// <param name="quorum">The quorum in force.</param>
    /// <param name="change">What changes.</param>
    /// <exception cref="SigningException">They could not, and why.</exception>
    public async Task CheckReplaceAsync(QuorumRecord quorum, QuorumChange change)
    {
        _ = Members(ThresholdAfter(quorum, change), MembersAfter(quorum, change));
        await DemandSameTokenAsync(quorum);
        QuorumPin.Check(await token.ReadPinRulesAsync());
    }

    /// <summary>Changes the members.</summary>
    /// <param name="quorum">The quorum in force; no ceremony broke off since.</param>
    /// <param name="change">What changes.</param>
    /// <param name="attempt">With the PIN in force.</param>
    /// <param name="given">Who confirmed it.</param>
    /// <exception cref="SigningException">The PIN is as before, unless the error says otherwise.</exception>
    public async Task ReplaceAsync(QuorumRecord quorum, QuorumChange change, UnlockAttempt attempt, IReadOnlyList<string> given)
    {
        await CheckReplaceAsync(quorum, change);
        await HoldAsync(attempt, ThresholdAfter(quorum, change), MembersAfter(quorum, change), given);
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

    /// <summary>
    /// The ceremony: the next quorum is on disk, then the PIN changes, then the token proves that it takes the new one, and
    /// then the next quorum is the current one.
    /// </summary>
    private async Task<QuorumRecord> HoldAsync(
        UnlockAttempt attempt, int threshold, IReadOnlyList<string> accounts, IReadOnlyList<string> by)
    {
        var members = Members(threshold, accounts);
        var rules = await token.ReadPinRulesAsync();
        QuorumPin.Check(rules);
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
                var error = ExplainLength(exception, rules, pin.Bytes.Length);
                feed.Note(TokenEventKind.QuorumFailed, attempt.Account, error.Message);
                if (error.Reason == ErrorReason.InvalidRequest)
                {
                    // Nothing has changed, for certain. Where it is not certain, the next unlock finds out.
                    store.DropNext();
                }

                throw error;
            }

            await DemandNewPinInForceAsync(attempt.Account, pin);
        }

        store.Promote();
        feed.Note(
            TokenEventKind.QuorumChanged, attempt.Account,
            string.Create(CultureInfo.InvariantCulture, $"quorum {quorum.Generation}: {threshold} of {members.Count} ({string.Join(", ", accounts)})"));
        return quorum;
    }

    /// <summary>
    /// One login with the new PIN, before the old quorum is written over. A token that does not take it loses a try of its
    /// PIN, which the first unlock would cost as well, with nothing left to fall back on. At the final try nothing is tried.
    /// </summary>
    private async Task DemandNewPinInForceAsync(string account, Secret pin)
    {
        try
        {
            await token.ProvePinAsync(new UnlockAttempt(account, pin, AcceptFinalTry: false, FromQuorum: true));
        }
        catch (SigningException exception)
        {
            var error = new SigningException(
                ErrorReason.TokenFailed,
                $"The token said that it took its new PIN, and a login with it did not succeed: {exception.Message} Both the new quorum and what "
                + $"was before are kept, and the next unlock finds out which is in force: signet unlock {options.Name}", innerException: exception);
            feed.Note(TokenEventKind.QuorumFailed, account, error.Message);
            throw error;
        }
    }

    // A refused length is nearly always that of the new PIN, which nobody has seen, and not of the one that was typed.
    private static SigningException ExplainLength(SigningException exception, TokenPinRules rules, int length)
    {
        if (exception.InnerException is not Pkcs11Exception { Method: "C_SetPIN", RV: CKR.CKR_PIN_LEN_RANGE or CKR.CKR_PIN_INVALID } refused)
        {
            return exception;
        }

        var why = rules.LongestPin is null ? "since the token does not say how many it takes" : "as the token says that it takes";
        return new SigningException(
            exception.Reason,
            string.Create(
                CultureInfo.InvariantCulture,
                $"The token refused the change of its PIN ({refused.RV}); its PIN is unchanged. The new one has {length} characters, {why}. ")
            + "Where the PIN so far was right, this token cannot have a quorum.",
            innerException: exception);
    }

    private static int ThresholdAfter(QuorumRecord quorum, QuorumChange change) =>
        change.Threshold == 0 ? quorum.Threshold : change.Threshold;

    private List<string> MembersAfter(QuorumRecord quorum, QuorumChange change)
    {
        var accounts = quorum.Members.Select(part => part.Account).ToList();
        var threshold = ThresholdAfter(quorum, change);
        if (change.Remove.FirstOrDefault(change.Add.Contains) is { } both)
        {
            throw QuorumErrors.Invalid(
                $"{both} is named to leave and to join. For a new share, after a lost passphrase for instance, {both} enrolls again "
                + $"(signet quorum enroll {options.Name}); then: signet quorum replace {options.Name} --threshold {threshold}");
        }

        if (change.Remove.FirstOrDefault(account => !accounts.Contains(account)) is { } stranger)
        {
            throw QuorumErrors.Invalid($"{stranger} is no member of the quorum.");
        }

        if (change.Add.FirstOrDefault(accounts.Contains) is { } member)
        {
            throw QuorumErrors.Invalid($"{member} is a member of the quorum already.");
        }

        return [.. accounts.Except(change.Remove, StringComparer.Ordinal), .. change.Add];
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
        return [.. accounts.Select(account => MemberOf(account, enrolled))];
    }

    private EnrolledOperator MemberOf(string account, IReadOnlyList<EnrolledOperator> enrolled)
    {
        if (!settings.Operators.Contains(account, StringComparer.Ordinal))
        {
            throw QuorumErrors.Invalid($"{account} is no operator. The configuration names them, under 'operators'.");
        }

        var how = $"In their own account they run: signet quorum enroll {options.Name}";
        var member = enrolled.FirstOrDefault(candidate => candidate.Account == account)
            ?? throw QuorumErrors.Invalid($"{account} is not enrolled yet. {how}");
        return member.IsProved
            ? member
            : throw QuorumErrors.Invalid($"Nothing proves that {account} can open a share: the enrollment is of an older version. {how}");
    }
}
