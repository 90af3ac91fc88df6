using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;

namespace Signet.Formats.SignedData.Verification;

/// <summary>
/// A SignedData all of whose certificates the caller has: the check of its only signer as RFC 5652 sections 5.4 and 5.6 have it, with a
/// public key that was decoded before.
/// </summary>
internal sealed class KnownSigners
{
    private readonly SignedDataParts _parts;
    private readonly byte[]? _detached;
    private readonly KnownCertificates _known;

    private KnownSigners(
        SignedDataParts parts, byte[]? detached, KnownCertificates known, X509Certificate2Collection certificates)
    {
        _parts = parts;
        _detached = detached;
        _known = known;
        Certificates = certificates;
    }

    /// <summary>The certificates that the structure carries, in its order, as the caller has them.</summary>
    public X509Certificate2Collection Certificates { get; }

    /// <summary>Looks the certificates up.</summary>
    /// <param name="parts">The structure.</param>
    /// <param name="detached">Its content, which it does not carry; null where it has it.</param>
    /// <param name="known">The certificates that the caller has.</param>
    /// <returns>Null where it carries none, or one that is not known.</returns>
    public static KnownSigners? Find(SignedDataParts parts, byte[]? detached, KnownCertificates known)
    {
        if (parts.Certificates is null)
        {
            return null;
        }

        var certificates = new X509Certificate2Collection();
        foreach (var encoded in parts.Certificates)
        {
            if (known.Find(encoded.Span) is not { } certificate)
            {
                return null;
            }

            certificates.Add(certificate);
        }

        return new KnownSigners(parts, detached, known, certificates);
    }

    /// <summary>Whether the only signer's messageDigest is that of the content, and its signature that of its attributes.</summary>
    /// <param name="signer">The only signer, as it was read from the same structure.</param>
    /// <param name="certificate">Its certificate, one of these; null where it is not carried.</param>
    /// <returns>False also where the signature is of a kind that is not looked at here.</returns>
    /// <exception cref="CryptographicException">It cannot be checked.</exception>
    public bool Holds(SignerInfo signer, X509Certificate2? certificate)
    {
        if (certificate is null || _parts.Signers is not [var encoded] || HashOf(signer) is not { } hash
            || SignedDataParts.FindSignedAttributes(encoded) is not { } attributes)
        {
            return false;
        }

        var digests = signer.SignedAttributes.Cast<CryptographicAttributeObject>()
            .SelectMany(attribute => attribute.Values.Cast<AsnEncodedData>()).OfType<Pkcs9MessageDigest>().ToList();
        return digests is [var digest]
            && CryptographicOperations.HashData(hash, _detached ?? _parts.Content.Span).AsSpan().SequenceEqual(digest.MessageDigest)
            && _known.Verify(certificate, attributes, signer.GetSignature(), hash);
    }

    // rsaEncryption or the signature's own identifier (RFC 8017 appendix A.2.4, RFC 5758 section 3.2), whose hash has to be the
    // digest's.
    private static HashAlgorithmName? HashOf(SignerInfo signer) => (signer.DigestAlgorithm.Value, signer.SignatureAlgorithm.Value) switch
    {
        ("2.16.840.1.101.3.4.2.1", "1.2.840.113549.1.1.1" or "1.2.840.113549.1.1.11" or "1.2.840.10045.4.3.2") =>
            HashAlgorithmName.SHA256,
        ("2.16.840.1.101.3.4.2.2", "1.2.840.113549.1.1.1" or "1.2.840.113549.1.1.12" or "1.2.840.10045.4.3.3") =>
            HashAlgorithmName.SHA384,
        ("2.16.840.1.101.3.4.2.3", "1.2.840.113549.1.1.1" or "1.2.840.113549.1.1.13" or "1.2.840.10045.4.3.4") =>
            HashAlgorithmName.SHA512,
        _ => null,
    };
}
