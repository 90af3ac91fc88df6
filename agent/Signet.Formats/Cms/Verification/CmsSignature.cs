using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Asn1.Ess;
using Org.BouncyCastle.Cms;
using Signet.Formats.Authenticode.Verification;

namespace Signet.Formats.Cms.Verification;

/// <summary>One signature of a CMS structure.</summary>
internal sealed class CmsSignature(SignerInformation signer, X509Certificate2Collection certificates, TrustAnchors trust)
{
    private const string CodeSigningUsage = "1.3.6.1.5.5.7.3.3";
    private const string TimestampingUsage = "1.3.6.1.5.5.7.3.8";
    private const string SigningCertificateV2 = "1.2.840.113549.1.9.16.2.47";
    private const string TimestampToken = "1.2.840.113549.1.9.16.2.14";
    private const string MessageDigest = "1.2.840.113549.1.9.4";

    private readonly List<string> _problems = [];

    /// <summary>Checks it.</summary>
    public SignatureReport Verify()
    {
        var certificate = certificates.FirstOrDefault(IsSigners);
        if (certificate is null)
        {
            _problems.Add("It does not carry the certificate of its signer.");
        }
        else
        {
            CheckSignature(certificate);
            CheckSigningCertificate(certificate);
        }

        var timestamp = ReadTimestamp();
        if (certificate is not null)
        {
            CheckCertificate(certificate, timestamp?.Time ?? trust.Now);
        }

        return new SignatureReport(
            certificate,
            [.. certificates.Where(other => !other.Equals(certificate))],
            DigestName,
            StatedDigest(),
            null,
            null,
            timestamp?.Time,
            timestamp?.Authority,
            _problems);
    }

    private string DigestName => signer.DigestAlgorithmID.Algorithm.Id switch
    {
        "2.16.840.1.101.3.4.2.1" => "SHA-256",
        "2.16.840.1.101.3.4.2.2" => "SHA-384",
        "2.16.840.1.101.3.4.2.3" => "SHA-512",
        var other => other,
    };

    private bool IsSigners(X509Certificate2 certificate) => signer.SignerID.Match(
        new Org.BouncyCastle.X509.X509Certificate(certificate.RawData));

    private byte[] StatedDigest() =>
        signer.SignedAttributes?[new Org.BouncyCastle.Asn1.DerObjectIdentifier(MessageDigest)]?.AttrValues[0]
            is Org.BouncyCastle.Asn1.Asn1OctetString digest ? digest.GetOctets() : [];

    private void CheckSignature(X509Certificate2 certificate)
    {
        if (!DigestName.StartsWith("SHA-", StringComparison.Ordinal))
        {
            _problems.Add($"Its digest is made with {DigestName}, which is not accepted.");
            return;
        }

        // The signature over the attributes, and their messageDigest over the content.
        var holds = false;
        try
        {
            holds = signer.Verify(new Org.BouncyCastle.X509.X509Certificate(certificate.RawData));
        }
        catch (Exception exception) when (exception is CmsException or Org.BouncyCastle.Security.GeneralSecurityException)
        {
            // What is wrong is told below; the second is of a signing time outside the certificate's validity.
        }

        if (holds)
        {
            return;
        }

        var changed = StatedDigest() is { Length: > 0 } stated && !signer.GetContentDigest().AsSpan().SequenceEqual(stated);
        _problems.Add(changed
            ? "The file was changed after it was signed: its digest is another one."
            : "Its signature is not valid for what it signs.");
    }

    // RFC 5035 section 3: where the attribute is there, its first entry is the signer's certificate.
    private void CheckSigningCertificate(X509Certificate2 certificate)
    {
        if (signer.SignedAttributes?[new Org.BouncyCastle.Asn1.DerObjectIdentifier(SigningCertificateV2)] is not { } attribute)
        {
            return;
        }

        var first = SigningCertificateV2Of(attribute).GetCerts()[0];
        var hash = first.HashAlgorithm.Algorithm.Id switch
        {
            "2.16.840.1.101.3.4.2.1" => HashAlgorithmName.SHA256,
            "2.16.840.1.101.3.4.2.2" => HashAlgorithmName.SHA384,
            "2.16.840.1.101.3.4.2.3" => HashAlgorithmName.SHA512,
            _ => default,
        };
        if (hash == default || !CryptographicOperations.HashData(hash, certificate.RawData).AsSpan()
            .SequenceEqual(first.GetCertHash()))
        {
            _problems.Add("Its signing-certificate attribute names another certificate.");
        }
    }

    private static SigningCertificateV2 SigningCertificateV2Of(Org.BouncyCastle.Asn1.Cms.Attribute attribute) =>
        Org.BouncyCastle.Asn1.Ess.SigningCertificateV2.GetInstance(attribute.AttrValues[0]);

    private (DateTimeOffset Time, X509Certificate2 Authority)? ReadTimestamp()
    {
        var attribute = signer.UnsignedAttributes?[new Org.BouncyCastle.Asn1.DerObjectIdentifier(TimestampToken)];
        if (attribute is null)
        {
            return null;
        }

        var encoded = attribute.AttrValues[0].GetEncoded();
        if (attribute.AttrValues.Count != 1
            || !Rfc3161TimestampToken.TryDecode(encoded, out var token, out var length) || length != encoded.Length)
        {
            _problems.Add("Its timestamp cannot be read, or there is more than one.");
            return null;
        }

        // Imprint, signature, the certificate's identifier, its extended key usage and its validity at that time.
        if (!token.VerifySignatureForData(signer.GetSignature(), out var authority))
        {
            _problems.Add("Its timestamp does not hold for this signature.");
            return null;
        }

        var time = token.TokenInfo.Timestamp;
        if (!trust.SkipChains && Chains.Problem(
            authority, token.AsSignedCms().Certificates, trust.TimestampRoots, TimestampingUsage, time) is { } problem)
        {
            _problems.Add($"Its timestamp's certificate is not trusted: {problem}.");
            return null;
        }

        return (time, authority);
    }

    private void CheckCertificate(X509Certificate2 certificate, DateTimeOffset time)
    {
        var usages = certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault();
        if (usages is not null && usages.EnhancedKeyUsages[CodeSigningUsage] is null)
        {
            _problems.Add("Its certificate is not one for code signing.");
        }

        if (!trust.SkipChains
            && Chains.Problem(certificate, certificates, trust.SigningRoots, CodeSigningUsage, time) is { } problem)
        {
            _problems.Add($"Its certificate is not trusted: {problem}.");
        }
    }
}
