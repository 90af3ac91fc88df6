using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;

namespace Signet.Agent.Timestamping;

/// <summary>What has to hold of a timestamp beyond what its request checks.</summary>
internal sealed class TimestampCheck(IReadOnlyList<X509Certificate2>? roots, TimeProvider time)
{
    private const string TimestampingUsage = "1.3.6.1.5.5.7.3.8";
    private static readonly TimeSpan MaxClockDifference = TimeSpan.FromMinutes(5);

    /// <summary>Checks signature, time, extended key usage and chain.</summary>
    /// <exception cref="CryptographicException">One of them does not hold.</exception>
    public void Require(Rfc3161TimestampToken token, ReadOnlyMemory<byte> signature, HashAlgorithmName hashAlgorithm)
    {
        if (!token.VerifySignatureForData(signature.Span, out var signer) || signer is null)
        {
            throw new CryptographicException("the timestamp's own signature does not hold");
        }

        if (token.TokenInfo.HashAlgorithmId.Value != OidOf(hashAlgorithm))
        {
            throw new CryptographicException("the timestamp was made with another hash than was asked for");
        }

        var stamped = token.TokenInfo.Timestamp;
        if ((stamped - time.GetUtcNow()).Duration() > MaxClockDifference)
        {
            throw new CryptographicException(
                $"the timestamp says {stamped:u}, which is more than 5 minutes from the signing node's clock");
        }

        RequireUsage(signer);
        RequireChain(signer, token, stamped);
    }

    // RFC 3161 section 2.3: exactly this usage, and critical.
    private static void RequireUsage(X509Certificate2 signer)
    {
        var usages = signer.Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault();
        if (usages is not { Critical: true, EnhancedKeyUsages: { Count: 1 } list } || list[0].Value != TimestampingUsage)
        {
            throw new CryptographicException(
                "the certificate of the timestamp is not one for timestamping alone (RFC 3161 section 2.3)");
        }
    }

    private void RequireChain(X509Certificate2 signer, Rfc3161TimestampToken token, DateTimeOffset stamped)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = stamped.UtcDateTime;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(TimestampingUsage));
        chain.ChainPolicy.ExtraStore.AddRange(token.AsSignedCms().Certificates);
        if (roots is not null)
        {
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange([.. roots]);
        }

        if (!chain.Build(signer))
        {
            throw new CryptographicException("the certificate of the timestamp is not trusted: "
                + string.Join(", ", chain.ChainStatus.Select(status => status.Status)));
        }
    }

    private static string OidOf(HashAlgorithmName hash) => hash.Name switch
    {
        "SHA256" => "2.16.840.1.101.3.4.2.1",
        "SHA384" => "2.16.840.1.101.3.4.2.2",
        "SHA512" => "2.16.840.1.101.3.4.2.3",
        _ => throw new ArgumentOutOfRangeException(nameof(hash), hash.Name, "not a hash that is stamped here"),
    };
}
