using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using Signet.Agent.Configuration;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;
using Signet.Tokens;

namespace Signet.Agent.Keys;

/// <summary>The configured keys, joined with the tokens that hold them.</summary>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class KeyRing(
    ConfigurationHolder configuration, TokenSet tokens, SignatureCounters counters, TimeProvider time)
{
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(5);

    // Parsed once for each unlock, and not for each file.
    private readonly ConditionalWeakTable<TokenKey, TokenCertificates> _certificates = [];
    private readonly ChainGaps _gaps = new();

    /// <summary>The key of this name as it stands now.</summary>
    /// <exception cref="InvalidOperationException">The configuration names no such key.</exception>
    public KeyView Find(string keyName)
    {
        var key = configuration.Current.Keys.FirstOrDefault(candidate => candidate.Name == keyName)
            ?? throw new InvalidOperationException($"key '{keyName}' is not configured");
        return View(key);
    }

    /// <summary>What an operator has to know of a profile's key; null where the configuration has the profile no more.</summary>
    public RequestKey? OfProfile(string profileName)
    {
        if (configuration.Current.Profiles.FirstOrDefault(profile => profile.Name == profileName) is not { } profile)
        {
            return null;
        }

        var key = Find(profile.Key);
        return new RequestKey
        {
            Name = profile.Key,
            Token = key.Configuration.TokenName,
            Label = HostedTokens.ReferenceOf(key.Configuration),
            AlwaysAuthenticate = key.Description is { AlwaysAuthenticate: true },
        };
    }

    /// <summary>Every configured key.</summary>
    public IReadOnlyList<KeyView> All() => configuration.Current.Keys.Select(View).ToList();

    /// <summary>A signer for a profile, checked against everything that the profile demands of its key.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="requestId">What the token's host logs it under.</param>
    /// <param name="requireRight">Asked before each use of the key; throws where it must not be used.</param>
    /// <exception cref="SigningException">
    /// TOKEN_LOCKED, TOKEN_ABSENT, TOKEN_FAILED, CERTIFICATE_INVALID or HARDWARE_REQUIRED.
    /// </exception>
    public TokenSigner SignerFor(ProfileConfiguration profile, string requestId, Func<ValueTask>? requireRight = null)
    {
        var view = Find(profile.Key);
        if (KeyChecks.Problem(view, profile, time.GetUtcNow()) is { } problem)
        {
            throw problem;
        }

        return new TokenSigner(view, requestId, counters, requireRight);
    }

    /// <summary>A signer for what an operator wants done with a key itself.</summary>
    /// <param name="keyName">Name of a key in the configuration.</param>
    /// <param name="requestId">What the token's host logs it under.</param>
    /// <exception cref="SigningException">TOKEN_LOCKED, TOKEN_ABSENT, TOKEN_FAILED or CERTIFICATE_INVALID.</exception>
    public TokenSigner SignerFor(string keyName, string requestId)
    {
        var view = Find(keyName);
        if (KeyChecks.Problem(view, time.GetUtcNow()) is { } problem)
        {
            throw problem;
        }

        return new TokenSigner(view, requestId, counters);
    }

    /// <summary>What stands against using a profile's key now; null where nothing does.</summary>
    public SigningException? Problem(ProfileConfiguration profile) =>
        KeyChecks.Problem(Find(profile.Key), profile, time.GetUtcNow());

    /// <summary>What stands against using a key at all, or for one of its profiles; null where nothing does.</summary>
    public SigningException? Problem(KeyView key)
    {
        var now = time.GetUtcNow();
        return KeyChecks.Problem(key, now) ?? configuration.Current.Profiles.Where(profile => profile.Key == key.Configuration.Name)
            .Select(profile => KeyChecks.Problem(key, profile, now)).FirstOrDefault(found => found is not null);
    }

    /// <summary>What an operator should know of a key that can be used all the same.</summary>
    public IReadOnlyList<string> Notes(KeyView key)
    {
        var notes = new List<string>();
        if (_gaps.Of(key.Chain) is { Length: > 0 } issuer)
        {
            notes.Add($"Its chain ends before a root: the certificate of '{issuer}' is missing. Put it behind the others in the file of 'certificate'.");
        }

        notes.AddRange(key.OtherCertificates.Select(other => string.Create(
            CultureInfo.InvariantCulture,
            $"The token holds another certificate of this key, which is not used: serial number {other.SerialNumber}, "
            + $"{other.NotBefore.ToUniversalTime():yyyy-MM-dd} to {other.NotAfter.ToUniversalTime():yyyy-MM-dd}.")));
        return notes;
    }

    /// <summary>
    /// What cannot work in the configuration in use, as far as the tokens tell now: a token that has failed, and a key of a ready
    /// token that cannot be used.
    /// </summary>
    public IReadOnlyList<string> Warnings()
    {
        var warnings = tokens.All.Select(token => token.Status).Where(status => status.State is TokenState.Failed)
            .Select(status => $"Token {status.Name}: {status.Detail}").ToList();
        foreach (var key in All().Where(key => key.Token?.Status.State == TokenState.Ready))
        {
            var problem = Problem(key);
            warnings.AddRange(problem is null ? Notes(key).Select(note => $"Key {key.Configuration.Name}: {note}") : [problem.Message]);
        }

        return warnings;
    }

    /// <summary>Waits until each ready token has looked for its keys as the configuration in use names them, but not for long.</summary>
    public async Task WhenKnownAsync(CancellationToken cancellationToken)
    {
        var known = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Look(object? sender, EventArgs arguments)
        {
            if (All().All(key => key.Description is not null || key.Token?.Status.State != TokenState.Ready))
            {
                known.TrySetResult();
            }
        }

        tokens.Changed += Look;
        try
        {
            Look(null, EventArgs.Empty);
            await known.Task.WaitAsync(LongestLook, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // A token that is slow or hangs: what is known is told.
        }
        finally
        {
            tokens.Changed -= Look;
        }
    }

    /// <summary>Whether the configuration still has the key that a signer signs with.</summary>
    public bool IsStill(TokenSigner signer)
    {
        var used = signer.Key.Configuration;
        return configuration.Current.Keys.FirstOrDefault(key => key.Name == used.Name) is { } now
            && (now.TokenName, now.Label, now.Id, now.Pfx, now.Pss, now.OpenPgp) == (used.TokenName, used.Label, used.Id, used.Pfx, used.Pss, used.OpenPgp)
            && now.CertificateChain.Select(certificate => certificate.Thumbprint)
                .SequenceEqual(used.CertificateChain.Select(certificate => certificate.Thumbprint), StringComparer.Ordinal);
    }

    /// <summary>What stands against a key that was used for a profile, locked since or not; null where nothing does.</summary>
    public SigningException? LastingProblem(TokenSigner signer, ProfileConfiguration profile) =>
        KeyChecks.LastingProblem(signer.Key, profile, time.GetUtcNow());

    private KeyView View(KeyConfiguration key)
    {
        var token = tokens.Find(key.TokenName);
        var reference = HostedTokens.ReferenceOf(key);
        var described = token?.Keys.FirstOrDefault(candidate => candidate.Reference == reference);
        var certificates = described is null ? null : _certificates.GetValue(described, found => new TokenCertificates(found));
        return new KeyView(key, token, described, ChainOf(key, certificates))
        {
            OtherCertificates = key.CertificateChain.Count > 0 ? [] : certificates?.OthersAt(time.GetUtcNow()) ?? [],
        };
    }

    private IReadOnlyList<X509Certificate2> ChainOf(KeyConfiguration key, TokenCertificates? onToken) =>
        key.CertificateChain.Count > 0 ? key.CertificateChain : onToken?.ChainAt(time.GetUtcNow()) ?? [];
}

/// <summary>A key as it stands at one moment.</summary>
/// <param name="Configuration">What the configuration says.</param>
/// <param name="Token">The token that holds it; null where the running agent has no such token.</param>
/// <param name="Description">What the token says; null until it was unlocked, or where it has no such key.</param>
/// <param name="Chain">Signing certificate first; empty where it is not known.</param>
internal sealed record KeyView(
    KeyConfiguration Configuration,
    IToken? Token,
    TokenKey? Description,
    IReadOnlyList<X509Certificate2> Chain)
{
    /// <summary>Certificates of the key on its token that are not used.</summary>
    public IReadOnlyList<X509Certificate2> OtherCertificates { get; init; } = [];

    /// <summary>Whether the token's keys sign without a PIN, a pad or a quorum.</summary>
    public bool NeedsNoPin => Token?.Status.UnlockMethod is UnlockMethod.None or UnlockMethod.Operator;

    /// <summary>What the hardware says of the key.</summary>
    public HardwareProtection Protection => Configuration.Pfx is not null
        ? HardwareProtection.None
        : Description switch
        {
            null => HardwareProtection.Unknown,
            { Hardware: false } => HardwareProtection.None,
            { Local: true, Sensitive: true, AlwaysSensitive: true, NeverExtractable: true } => HardwareProtection.Full,
            _ => HardwareProtection.Partial,
        };
}
