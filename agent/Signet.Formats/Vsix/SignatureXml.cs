using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Signet.Formats.Opc;
using static Signet.Formats.Vsix.SignatureNames;

namespace Signet.Formats.Vsix;

/// <summary>
/// Writes the XML of a package's signature (ISO/IEC 29500-2 section 10; XML Signature). All of it is written in canonical
/// form, so what is hashed differs from what is stored only by the namespace that the outermost element of each declares.
/// </summary>
internal static class SignatureXml
{
    private const string TimeFormat = "YYYY-MM-DDThh:mm:ssTZD";
    private const string SignatureId = "idPackageSignature";

    /// <summary>The Object that says what is signed.</summary>
    public static string Object(IEnumerable<SignedReference> references, HashAlgorithmName hash, DateTimeOffset time)
    {
        var xml = new StringBuilder($"<Object Id=\"{PackageObject}\"><Manifest>");
        foreach (var reference in references)
        {
            var uri = reference.PartName + "?ContentType=" + reference.ContentType;
            xml.Append($"<Reference URI=\"{Canonical.Attribute(uri)}\">");
            if (reference.RelationshipIds is { } ids)
            {
                xml.Append($"<Transforms><Transform Algorithm=\"{RelationshipTransform}\">");
                foreach (var id in ids)
                {
                    xml.Append($"<mdssi:RelationshipReference xmlns:mdssi=\"{PackageSignature}\" SourceId=\"{Canonical.Attribute(id)}\"></mdssi:RelationshipReference>");
                }

                xml.Append($"</Transform><Transform Algorithm=\"{CanonicalXml}\"></Transform></Transforms>");
            }

            AppendDigest(xml, hash, reference.Digest).Append("</Reference>");
        }

        var value = time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return xml.Append("</Manifest><SignatureProperties>")
            .Append($"<SignatureProperty Id=\"idSignatureTime\" Target=\"#{SignatureId}\"><mdssi:SignatureTime xmlns:mdssi=\"{PackageSignature}\">")
            .Append($"<mdssi:Format>{TimeFormat}</mdssi:Format><mdssi:Value>{value}</mdssi:Value>")
            .Append("</mdssi:SignatureTime></SignatureProperty></SignatureProperties></Object>").ToString();
    }

    /// <summary>The SignedInfo: the digest of the Object.</summary>
    public static string SignedInfo(string packageObject, HashAlgorithmName hash, SignatureScheme scheme)
    {
        var xml = new StringBuilder($"<SignedInfo><CanonicalizationMethod Algorithm=\"{CanonicalXml}\"></CanonicalizationMethod>")
            .Append($"<SignatureMethod Algorithm=\"{OfSignature(scheme, hash)}\"></SignatureMethod>")
            .Append($"<Reference Type=\"{XmlSignature}Object\" URI=\"#{PackageObject}\">")
            .Append($"<Transforms><Transform Algorithm=\"{CanonicalXml}\"></Transform></Transforms>");
        return AppendDigest(xml, hash, Hash(packageObject, hash)).Append("</Reference></SignedInfo>").ToString();
    }

    /// <summary>The digest of an element in canonical form.</summary>
    public static byte[] Hash(string element, HashAlgorithmName hash)
    {
        // Apart from the document, its outermost element declares the namespace itself.
        var end = element.AsSpan().IndexOfAny(' ', '>');
        var canonical = $"{element[..end]} xmlns=\"{XmlSignature}\"{element[end..]}";
        return CryptographicOperations.HashData(hash, Encoding.UTF8.GetBytes(canonical));
    }

    /// <summary>The whole part.</summary>
    /// <param name="signedInfo">From <see cref="SignedInfo"/>.</param>
    /// <param name="signature">The signature value.</param>
    /// <param name="certificates">The signer's first.</param>
    /// <param name="packageObject">From <see cref="Object"/>.</param>
    /// <param name="timestamp">RFC 3161 token over the signature value; null for none.</param>
    public static byte[] Document(
        string signedInfo, byte[] signature, IEnumerable<X509Certificate2> certificates, string packageObject, byte[]? timestamp)
    {
        var xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"utf-8\"?>")
            .Append($"<Signature xmlns=\"{XmlSignature}\" Id=\"{SignatureId}\">").Append(signedInfo)
            .Append($"<SignatureValue>{Convert.ToBase64String(signature)}</SignatureValue><KeyInfo><X509Data>");
        foreach (var certificate in certificates)
        {
            xml.Append($"<X509Certificate>{Convert.ToBase64String(certificate.RawData)}</X509Certificate>");
        }

        xml.Append("</X509Data></KeyInfo>").Append(packageObject);
        if (timestamp is not null)
        {
            xml.Append($"<Object><TimeStamp xmlns=\"{PackageSignature}\" Id=\"idSignatureTimestamp\"><Comment></Comment>")
                .Append($"<EncodedTime>{Convert.ToBase64String(timestamp)}</EncodedTime></TimeStamp></Object>");
        }

        return Encoding.UTF8.GetBytes(xml.Append("</Signature>").ToString());
    }

    private static StringBuilder AppendDigest(StringBuilder xml, HashAlgorithmName hash, byte[] digest) => xml
        .Append($"<DigestMethod Algorithm=\"{OfHash(hash)}\"></DigestMethod>")
        .Append($"<DigestValue>{Convert.ToBase64String(digest)}</DigestValue>");
}
