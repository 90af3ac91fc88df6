using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using Signet.Formats.Authenticode.Verification;

namespace Signet.Formats.SignedData.Verification;

/// <summary>Checks a CMS signature with .NET's SignedCms: signature, signer's certificate, chain, timestamp.</summary>
internal sealed class CmsCheck
{
    private const string CodeSigningUsage = "1.3.6.1.5.5.7.3.3";
    private const string TimestampType = "1.2.840.113549.1.9.16.2.14";

    private readonly DecodedSignedData _decoded;

    private CmsCheck(DecodedSignedData decoded, SignerInfo signer) => (_decoded, Signer) = (decoded, signer);

    /// <summary>The signer that is checked.</summary>
    public SignerInfo Signer { get; }

    /// <summary>Its certificate; null where the structure does not carry it.</summary>
    public X509Certificate2? Certificate => _decoded.CertificateOf(Signer);

    /// <summary>Countersignatures over this signature (RFC 5652 section 11.4).</summary>
    public IEnumerable<CmsCheck> CounterSignatures =>
        Signer.CounterSignerInfos.Cast<SignerInfo>().Select(counter => new CmsCheck(_decoded, counter));

    /// <summary>The timestamp that holds; null for none.</summary>
    public EmbeddedTimestamp? Timestamp { get; private set; }

    /// <summary>The digest algorithm for people, for instance "SHA-256".</summary>
    public string DigestName => Signer.DigestAlgorithm.Value switch
    {
        "2.16.840.1.101.3.4.2.1" => "SHA-256",
        "2.16.840.1.101.3.4.2.2" => "SHA-384",
        "2.16.840.1.101.3.4.2.3" => "SHA-512",
        "1.3.14.3.2.26" => "SHA-1",
        "1.2.840.113549.2.5" => "MD5",
        var other => other ?? "unknown",
    };

    /// <summary>Reads it.</summary>
    /// <param name="encoded">DER or BER.</param>
    /// <param name="detached">Its content, which it does not carry; null where it has it.</param>
    /// <param name="known">Certificates that are parsed already; null for none.</param>
    /// <returns>Null where it cannot be read or has no signer.</returns>
    public static CmsCheck? Read(byte[] encoded, byte[]? detached, KnownCertificates? known)
    {
        try
        {
            var decoded = DecodedSignedData.Read(encoded, detached, known);
            return decoded.Signers.Count > 0 ? new CmsCheck(decoded, decoded.Signers[0]) : null;
        }
        catch (Exception exception) when (exception is CryptographicException or AsnContentException)
        {
            return null;
        }
    }

    /// <summary>Checks all of it but what the content says.</summary>
    public void Check(TrustAnchors trust, List<string> problems)
    {
        if (_decoded.Signers.Count != 1)
        {
            problems.Add("It does not have exactly one signer.");
        }

        CheckSignature(problems);
        Timestamp = EmbeddedTimestamp.Read(Signer, trust, problems, TimestampType);
        CheckCertificate(trust, problems);
    }

    /// <summary>The report about it.</summary>
    /// <param name="digest">The digest of the content that it states.</param>
    /// <param name="problems">Why it does not hold.</param>
    public SignatureReport Report(ReadOnlyMemory<byte> digest, IReadOnlyList<string> problems) => new(
        Certificate,
        [.. _decoded.Certificates.Where(certificate => !certificate.Equals(Certificate))],
        DigestName,
        digest,
        null,
        null,
        Timestamp?.Time,
        Timestamp?.Authority,
        problems);

    /// <summary>The value of a signed attribute that is there once with one value; null otherwise.</summary>
    /// <param name="type">Object identifier.</param>
    public byte[]? SignedAttribute(string type)
    {
        var values = Signer.SignedAttributes.Cast<CryptographicAttributeObject>()
            .Where(attribute => attribute.Oid.Value == type)
            .SelectMany(attribute => attribute.Values.Cast<AsnEncodedData>()).ToList();
        return values is [var value] ? value.RawData : null;
    }

    private void CheckSignature(List<string> problems)
    {
        if (!DigestName.StartsWith("SHA-", StringComparison.Ordinal) || DigestName == "SHA-1")
        {
            problems.Add($"Its digest is made with {DigestName}, which is not accepted.");
        }

        try
        {
            _decoded.CheckSignature(Signer);
        }
        catch (CryptographicException)
        {
            problems.Add("Its signature is not valid for what it signs.");
        }
    }

    private void CheckCertificate(TrustAnchors trust, List<string> problems)
    {
        if (Certificate is not { } certificate)
        {
            problems.Add("It does not carry the certificate of its signer.");
            return;
        }

        try
        {
            var usages = certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault();
            if (usages is not null && usages.EnhancedKeyUsages[CodeSigningUsage] is null)
            {
                problems.Add("Its certificate is not one for code signing.");
            }

            if (!trust.SkipChains && Chains.Problem(
                certificate, _decoded.Certificates, trust.SigningRoots, CodeSigningUsage, Timestamp?.Time ?? trust.Now) is { } problem)
            {
                problems.Add($"Its certificate is not trusted: {problem}.");
            }
        }
        catch (CryptographicException)
        {
            // Extensions are decoded when they are looked at.
            problems.Add("The certificate of its signer cannot be read.");
        }
    }
}
