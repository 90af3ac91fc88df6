using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Signet.Formats.Authenticode.Verification;

/// <summary>Builds certificate chains without asking anybody on a network.</summary>
internal static class Chains
{
    /// <summary>Why a certificate does not chain to a trusted root; null where it does.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="others">Issuers that may stand between it and a root.</param>
    /// <param name="roots">Trusted roots; null for the operating system's.</param>
    /// <param name="usage">Extended key usage that the chain must allow.</param>
    /// <param name="time">When it must have been valid.</param>
    public static string? Problem(
        X509Certificate2 certificate, X509Certificate2Collection others, X509Certificate2Collection? roots, string usage,
        DateTimeOffset time)
    {
        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.DisableCertificateDownloads = true;
        policy.VerificationTime = time.UtcDateTime;
        policy.ApplicationPolicy.Add(new Oid(usage));
        policy.ExtraStore.AddRange(others);
        if (roots is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(roots);
        }

        try
        {
            return chain.Build(certificate)
                ? null
                : string.Join(", ", chain.ChainStatus.Select(status => status.Status.ToString()).Distinct());
        }
        catch (CryptographicException)
        {
            // OpenSSL gives up on some certificates that parse and make no sense.
            return "its chain cannot be built";
        }
    }
}
