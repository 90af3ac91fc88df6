using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Signet.Agent.Configuration;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.Keys;

/// <summary>What has to hold of a key before it signs for a profile.</summary>
internal static class KeyChecks
{
    /// <summary>What stands against using it for a profile, most lasting first; null where nothing does.</summary>
    public static SigningException? Problem(KeyView key, ProfileConfiguration profile, DateTimeOffset now) =>
        CertificateProblem(key, now) ?? HardwareProblem(key, profile) ?? LoginProblem(key, profile) ?? TokenProblem(key)
            ?? KeyProblem(key) ?? MatchProblem(key) ?? PresenceProblem(key, profile);

    /// <summary>What no unlock can change, and stands against using it for a profile; null where nothing does.</summary>
    public static SigningException? LastingProblem(KeyView key, ProfileConfiguration profile, DateTimeOffset now) =>
        CertificateProblem(key, now) ?? HardwareProblem(key, profile) ?? LoginProblem(key, profile);

    /// <summary>What stands against using it at all, most lasting first; null where nothing does.</summary>
    public static SigningException? Problem(KeyView key, DateTimeOffset now) =>
        CertificateProblem(key, now) ?? TokenProblem(key) ?? KeyProblem(key) ?? MatchProblem(key);

    // What no operator's unlock can change is said first, so that nobody unlocks a token in vain.
    private static SigningException? CertificateProblem(KeyView key, DateTimeOffset now) =>
        key.Chain.Count > 0 && CertificateProblem(key.Chain[0], now) is { } invalid
            ? new SigningException(
                ErrorReason.CertificateInvalid, $"The certificate of key '{key.Configuration.Name}' {invalid}")
            : null;

    private static SigningException? HardwareProblem(KeyView key, ProfileConfiguration profile) =>
        profile.HardwareRequired && key.Protection is HardwareProtection.None or HardwareProtection.Partial
            ? new SigningException(ErrorReason.HardwareRequired,
                $"Profile '{profile.Name}' demands a key that was made on its token and can never leave it; "
                + $"key '{key.Configuration.Name}' is not one.")
            : null;

    private static SigningException? LoginProblem(KeyView key, ProfileConfiguration profile) =>
        profile.LoginRequired && key.NeedsNoPin
            ? new SigningException(ErrorReason.HardwareRequired,
                $"Profile '{profile.Name}' demands a token that signs only after a PIN, a PIN pad or a quorum; "
                + $"token '{key.Configuration.TokenName}' needs none.")
            : null;

    private static SigningException? KeyProblem(KeyView key)
    {
        var name = key.Configuration.Name;
        var problem = key.Description switch
        {
            null => string.Empty,
            { Problem.Length: > 0 } description => description.Problem,
            { Algorithm: KeyAlgorithm.Rsa, SignsPkcs1: false } when !key.Configuration.Pss =>
                "The key or its token refuses RSASSA-PKCS1-v1_5, and the configuration does not say 'padding: pss'.",
            { Algorithm: KeyAlgorithm.Rsa, SignsPss: false } when key.Configuration.Pss =>
                "The key or its token refuses RSASSA-PSS, and the configuration says 'padding: pss'.",
            { Algorithm: KeyAlgorithm.Rsa, SizeBits: > 0 and < 2048 } description => string.Create(
                CultureInfo.InvariantCulture, $"The RSA key has {description.SizeBits} bits; 2048 are the least that verifiers accept."),
            _ => null,
        };
        return problem switch
        {
            null => null,

            // The configuration has just brought it.
            "" => new SigningException(
                ErrorReason.TokenFailed, $"Token '{key.Configuration.TokenName}' has not looked for key '{name}' yet. Try again."),
            _ => new SigningException(ErrorReason.KeyUnusable, $"Key '{name}' cannot be used. {problem}"),
        };
    }

    private static SigningException? TokenProblem(KeyView key)
    {
        var name = key.Configuration.TokenName;
        return key.Token?.Status.State switch
        {
            TokenState.Ready => null,
            TokenState.Locked or TokenState.Unlocking => new SigningException(ErrorReason.TokenLocked,
                $"Token '{name}' is locked. An operator has to run on the signing node: signet unlock {name}"),
            TokenState.Blocked => new SigningException(ErrorReason.TokenLocked,
                $"Token '{name}' refuses every PIN. Its PIN has to be reset with the token maker's tool."),
            TokenState.Absent => new SigningException(ErrorReason.TokenAbsent,
                $"Token '{name}' is not there. It has to be put back and unlocked on the signing node."),
            _ => new SigningException(ErrorReason.TokenFailed,
                $"Token '{name}' does not work. 'signet status' on the signing node says why."),
        };
    }

    private static SigningException? MatchProblem(KeyView key)
    {
        var name = key.Configuration.Name;
        if (key.Chain.Count == 0)
        {
            return new SigningException(ErrorReason.CertificateInvalid,
                $"There is no certificate for key '{name}', neither in the configuration nor on the token.");
        }

        return KeyCertificates.IsFor(key.Chain[0], key.Description!)
            ? null
            : new SigningException(ErrorReason.CertificateInvalid,
                $"The certificate of key '{name}' belongs to another key.");
    }

    // A key that wants the PIN at each use is served only together with approvals, where somebody is there to type it.
    private static SigningException? PresenceProblem(KeyView key, ProfileConfiguration profile) =>
        key.Description is { AlwaysAuthenticate: true } && profile.Approvals is null
            ? new SigningException(ErrorReason.KeyUnusable,
                $"Key '{key.Configuration.Name}' asks for its PIN at each use, so it cannot serve profile "
                + $"'{profile.Name}', which needs no approvals.")
            : null;

    private static string? CertificateProblem(X509Certificate2 certificate, DateTimeOffset now)
    {
        if (now > certificate.NotAfter)
        {
            return string.Create(CultureInfo.InvariantCulture,
                $"expired on {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd HH:mm} UTC. A new one is needed.");
        }

        if (now < certificate.NotBefore)
        {
            return string.Create(CultureInfo.InvariantCulture,
                $"is not valid before {certificate.NotBefore.ToUniversalTime():yyyy-MM-dd HH:mm} UTC.");
        }

        return KeyCertificates.IsForCodeSigning(certificate) ? null : "is not one for code signing (RFC 5280 section 4.2.1.12).";
    }
}
