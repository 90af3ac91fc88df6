using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using Signet.Formats.SignedData.Verification;

namespace Signet.Formats.Authenticode.Verification;

/// <summary>One Authenticode signature as it was found in a file.</summary>
internal sealed class EmbeddedSignature
{
    private const string IndirectDataType = "1.3.6.1.4.1.311.2.1.4";
    private const string NestedSignatureType = "1.3.6.1.4.1.311.2.4.1";
    private const string CodeSigningUsage = "1.3.6.1.5.5.7.3.3";
    private const int MaxNesting = 16;

    private readonly DecodedSignedData? _decoded;
    private readonly List<string> _problems = [];
    private readonly IndirectDataContent? _content;
    private readonly string _contentType;
    private readonly KnownCertificates? _known;

    private EmbeddedSignature(byte[] encoded, string contentType, KnownCertificates? known)
    {
        _contentType = contentType;
        _known = known;
        try
        {
            var decoded = DecodedSignedData.Read(encoded, null, known);
            var content = decoded.Cms.ContentInfo.Content;
            _content = contentType == IndirectDataType ? IndirectDataContent.Read(content) : MessageDigest(decoded);
            SignedContent = content;
            _decoded = decoded;
        }
        catch (Exception exception) when (exception is CryptographicException or AsnContentException)
        {
            _problems.Add("It cannot be read: it is no PKCS#7 signature of the kind that belongs here.");
        }
    }

    /// <summary>The hash of the content digest that it states; null where it states none that is known.</summary>
    public HashAlgorithmName? ContentHashAlgorithm => _content?.Algorithm;

    /// <summary>SpcIndirectDataContent as it was signed; empty where it cannot be read.</summary>
    public ReadOnlyMemory<byte> SignedContent { get; }

    /// <summary>Reads a signature, and those that are nested in it.</summary>
    /// <param name="padded">What the file holds: DER, and in a PE file zeros up to a multiple of 8.</param>
    /// <param name="known">Certificates that are parsed already; null for none.</param>
    public static IEnumerable<EmbeddedSignature> ReadWithNested(byte[] padded, KnownCertificates? known) =>
        ReadWithNested(padded, IndirectDataType, known);

    /// <summary>Reads a signature over something else than Authenticode's indirect data, and those that are nested in it.</summary>
    /// <param name="padded">What the file holds.</param>
    /// <param name="contentType">Object identifier of what it signs. Its digest is that of the content itself.</param>
    /// <param name="known">Certificates that are parsed already; null for none.</param>
    public static IEnumerable<EmbeddedSignature> ReadWithNested(
        byte[] padded, string contentType, KnownCertificates? known)
    {
        var first = new EmbeddedSignature(padded, contentType, known);
        if (!HasProperEnd(padded))
        {
            first._problems.Add("There is more behind it than padding.");
        }

        return first.Nested().Take(MaxNesting).Prepend(first);
    }

    /// <summary>Checks it.</summary>
    /// <param name="digestOf">The content's digest by hash algorithm.</param>
    /// <param name="trust">Which roots are trusted.</param>
    /// <param name="layoutProblems">What is wrong with the file around it.</param>
    public SignatureReport Verify(
        Func<HashAlgorithmName, byte[]> digestOf, TrustAnchors trust, IReadOnlyList<string> layoutProblems)
    {
        _problems.AddRange(layoutProblems);
        if (_decoded is not { Signers: [var signer] })
        {
            if (_decoded is not null)
            {
                _problems.Add("It does not have exactly one signer.");
            }

            return new SignatureReport(null, [], "unknown", default, null, null, null, null, _problems);
        }

        CheckContent(_decoded.Cms, signer, digestOf);
        CheckSignature(_decoded, signer);
        var timestamp = EmbeddedTimestamp.Read(signer, trust, _problems);
        var certificate = _decoded.CertificateOf(signer);
        TryCheckCertificate(certificate, trust, timestamp?.Time ?? trust.Now);
        var opus = OpusInfo.Read(signer, _problems);
        return new SignatureReport(
            certificate,
            [.. _decoded.Certificates.Where(other => !other.Equals(certificate))],
            _content?.AlgorithmName ?? "unknown",
            _content?.Digest ?? default,
            opus.Description,
            opus.Url,
            timestamp?.Time,
            timestamp?.Authority,
            _problems);
    }

    private void CheckContent(SignedCms cms, SignerInfo signer, Func<HashAlgorithmName, byte[]> digestOf)
    {
        // Windows takes no other version: RFC 2315 section 9.1.
        if (cms.Version != 1 || signer.Version != 1)
        {
            _problems.Add($"It is of version {cms.Version} (signer {signer.Version}), and Windows wants 1.");
        }

        if (cms.ContentInfo.ContentType.Value != _contentType)
        {
            _problems.Add("It signs a content of another type.");
        }

        if (_content is null)
        {
            return;
        }

        if (_content.Algorithm is not { } algorithm)
        {
            _problems.Add($"Its digest is made with {_content.AlgorithmName}, which is not accepted.");
        }
        else if (!digestOf(algorithm).AsSpan().SequenceEqual(_content.Digest))
        {
            _problems.Add("The file was changed after it was signed: its digest is another one.");
        }

        if (signer.DigestAlgorithm.Value != _content.AlgorithmOid)
        {
            _problems.Add("Its digest algorithm is not that of the content's digest.");
        }
    }

    private void CheckSignature(DecodedSignedData decoded, SignerInfo signer)
    {
        try
        {
            var type = signer.SignedAttributes.Cast<CryptographicAttributeObject>()
                .SelectMany(attribute => attribute.Values.Cast<AsnEncodedData>()).OfType<Pkcs9ContentType>().ToList();
            if (type is not [{ ContentType.Value: { } stated }] || stated != _contentType)
            {
                _problems.Add("Its contentType attribute is missing or names another type.");
            }

            decoded.CheckSignature(signer);
        }
        catch (CryptographicException)
        {
            _problems.Add("Its signature is not valid for what it signs.");
        }
    }

    private void TryCheckCertificate(X509Certificate2? certificate, TrustAnchors trust, DateTimeOffset time)
    {
        try
        {
            CheckCertificate(certificate, trust, time);
        }
        catch (CryptographicException)
        {
            // Extensions are decoded when they are looked at.
            _problems.Add("The certificate of its signer cannot be read.");
        }
    }

    private void CheckCertificate(X509Certificate2? certificate, TrustAnchors trust, DateTimeOffset time)
    {
        if (certificate is null)
        {
            _problems.Add("It does not carry the certificate of its signer.");
            return;
        }

        var usages = certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault();
        if (usages is not null && usages.EnhancedKeyUsages[CodeSigningUsage] is null)
        {
            _problems.Add("Its certificate is not one for code signing.");
        }

        if (!trust.SkipChains
            && Chains.Problem(certificate, _decoded!.Certificates, trust.SigningRoots, CodeSigningUsage, time) is { } problem)
        {
            _problems.Add($"Its certificate is not trusted: {problem}.");
        }
    }

    private IEnumerable<EmbeddedSignature> Nested()
    {
        if (_decoded is not { Signers: [var signer] })
        {
            return [];
        }

        return signer.UnsignedAttributes.Cast<CryptographicAttributeObject>()
            .Where(attribute => attribute.Oid.Value == NestedSignatureType)
            .SelectMany(attribute => attribute.Values.Cast<AsnEncodedData>())
            .Select(value => new EmbeddedSignature(value.RawData, _contentType, _known));
    }

    private static IndirectDataContent? MessageDigest(DecodedSignedData decoded)
    {
        if (decoded.Signers is not [var signer])
        {
            return null;
        }

        var digest = signer.SignedAttributes.Cast<CryptographicAttributeObject>()
            .SelectMany(attribute => attribute.Values.Cast<AsnEncodedData>()).OfType<Pkcs9MessageDigest>().FirstOrDefault();
        return digest is null ? null : new IndirectDataContent(signer.DigestAlgorithm.Value!, digest.MessageDigest);
    }

    private static bool HasProperEnd(byte[] padded)
    {
        try
        {
            AsnDecoder.ReadEncodedValue(padded, AsnEncodingRules.BER, out _, out _, out var consumed);
            var rest = padded.AsSpan(consumed);
            return rest.Length < 8 && rest.IndexOfAnyExcept((byte)0) < 0;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }
}
