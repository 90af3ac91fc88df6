using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Signet.Testing.Certificates;

namespace Signet.Formats.Tests.Signers;

/// <summary>A key in memory with a certificate of a throwaway CA.</summary>
internal sealed class InMemorySigner : ISigner, IDisposable
{
    private readonly AsymmetricAlgorithm _key;

    private InMemorySigner(ThrowawayCa authority, AsymmetricAlgorithm key, PublicKey publicKey, SignatureScheme scheme, string? subject)
    {
        _key = key;
        Scheme = scheme;
        var now = TimeProvider.System.GetUtcNow();
        CertificateChain =
        [
            authority.IssueCodeSigning(
                publicKey, new X500DistinguishedName(subject ?? "CN=Formats test, O=Signet tests"), now.AddDays(-1), now.AddDays(30)),
            authority.Certificate,
        ];
    }

    public IReadOnlyList<X509Certificate2> CertificateChain { get; }

    public SignatureScheme Scheme { get; }

    /// <summary>How often the key was used.</summary>
    public int Uses { get; private set; }

    /// <summary>The key as PEM, for other signers.</summary>
    public string KeyPem => _key.ExportPkcs8PrivateKeyPem();

    /// <summary>Certificate and issuers as PEM.</summary>
    public string ChainPem => string.Join('\n', CertificateChain.Select(certificate => certificate.ExportCertificatePem())) + "\n";

    /// <param name="authority">Issues the certificate.</param>
    /// <param name="type">rsa2048, rsa3072, rsa4096, p256, p384 or p521.</param>
    /// <param name="pss">Whether an RSA key signs with PSS.</param>
    /// <param name="subject">Name in the certificate; null for the usual one.</param>
    public static InMemorySigner Create(ThrowawayCa authority, string type, bool pss = false, string? subject = null)
    {
        if (type.StartsWith("rsa", StringComparison.Ordinal))
        {
            var rsa = RSA.Create(int.Parse(type[3..], System.Globalization.CultureInfo.InvariantCulture));
            return new InMemorySigner(authority, rsa, new PublicKey(rsa), pss ? SignatureScheme.RsaPss : SignatureScheme.RsaPkcs1, subject);
        }

        var curve = type switch
        {
            "p256" => ECCurve.NamedCurves.nistP256,
            "p384" => ECCurve.NamedCurves.nistP384,
            _ => ECCurve.NamedCurves.nistP521,
        };
        var ecdsa = ECDsa.Create(curve);
        return new InMemorySigner(authority, ecdsa, new PublicKey(ecdsa), SignatureScheme.Ecdsa, subject);
    }

    public Task<byte[]> SignDigestAsync(
        ReadOnlyMemory<byte> digest, HashAlgorithmName hashAlgorithm, CancellationToken cancellationToken)
    {
        Uses++;
        return Task.FromResult(_key is RSA rsa
            ? rsa.SignHash(digest.Span, hashAlgorithm, Scheme == SignatureScheme.RsaPss ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1)
            : ((ECDsa)_key).SignHash(digest.Span));
    }

    public void Dispose() => _key.Dispose();
}
