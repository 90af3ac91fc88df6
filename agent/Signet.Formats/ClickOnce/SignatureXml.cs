using System.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography.Xml;
using System.Text;
using System.Xml;

namespace Signet.Formats.ClickOnce;

/// <summary>Writes the XML of signatures, already in the form that exclusive canonicalization gives it.</summary>
internal static class SignatureXml
{
    // Microsoft's names of SHA-256 in manifests; the W3C's are others, and ClickOnce does not know them.
    private const string SignatureMethod = "http://www.w3.org/2000/09/xmldsig#rsa-sha256";
    private const string DigestMethod = "http://www.w3.org/2000/09/xmldsig#sha256";
    private const string ExclusiveC14N = "http://www.w3.org/2001/10/xml-exc-c14n#";
    private const string Enveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

    /// <summary>The SHA-256 of a document without comments in exclusive canonical form.</summary>
    public static byte[] Digest(string xml)
    {
        var document = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
        using (var reader = XmlReader.Create(new StringReader(xml), ManifestLayout.Settings))
        {
            document.Load(reader);
        }

        var canonical = new XmlDsigExcC14NTransform();
        canonical.LoadInput(document);
        using var output = (Stream)canonical.GetOutput(typeof(Stream));
        return SHA256.HashData(output);
    }

    /// <summary>SignedInfo over a digest of the document around the signature.</summary>
    /// <param name="digest">From <see cref="Digest"/>.</param>
    /// <param name="isApex">With its namespace, as it is signed; else as it stands in Signature.</param>
    public static string SignedInfo(byte[] digest, bool isApex) =>
        $"<SignedInfo{(isApex ? $" xmlns=\"{ManifestLayout.SignatureNamespace}\"" : string.Empty)}>"
        + $"<CanonicalizationMethod Algorithm=\"{ExclusiveC14N}\"></CanonicalizationMethod>"
        + $"<SignatureMethod Algorithm=\"{SignatureMethod}\"></SignatureMethod>"
        + $"<Reference URI=\"\"><Transforms><Transform Algorithm=\"{Enveloped}\"></Transform>"
        + $"<Transform Algorithm=\"{ExclusiveC14N}\"></Transform></Transforms>"
        + $"<DigestMethod Algorithm=\"{DigestMethod}\"></DigestMethod>"
        + $"<DigestValue>{Convert.ToBase64String(digest)}</DigestValue></Reference></SignedInfo>";

    /// <summary>What the key signs.</summary>
    public static byte[] SignedInfoHash(byte[] digest) =>
        SHA256.HashData(Encoding.UTF8.GetBytes(SignedInfo(digest, isApex: true)));

    /// <summary>A signature.</summary>
    public static string Signature(string id, byte[] digest, byte[] value, string keyInfo, string more = "") =>
        $"<Signature Id=\"{id}\" xmlns=\"{ManifestLayout.SignatureNamespace}\">{SignedInfo(digest, isApex: false)}"
        + $"<SignatureValue>{Convert.ToBase64String(value)}</SignatureValue>{keyInfo}{more}</Signature>";

    /// <summary>KeyValue of an RSA key.</summary>
    public static string KeyValue(RSA key)
    {
        var parameters = key.ExportParameters(false);
        return $"<KeyValue><RSAKeyValue><Modulus>{Convert.ToBase64String(parameters.Modulus!)}</Modulus>"
            + $"<Exponent>{Convert.ToBase64String(parameters.Exponent!)}</Exponent></RSAKeyValue></KeyValue>";
    }

    /// <summary>X509Data with certificates.</summary>
    public static string Certificates(IEnumerable<X509Certificate2> certificates) =>
        "<X509Data>" + string.Concat(certificates.Select(
            certificate => $"<X509Certificate>{Convert.ToBase64String(certificate.RawData)}</X509Certificate>")) + "</X509Data>";

    /// <summary>Text as it stands in an attribute or element.</summary>
    public static string Escape(string text) => (SecurityElement.Escape(text) ?? string.Empty)
        .Replace("\t", "&#x9;", StringComparison.Ordinal).Replace("\r", "&#xD;", StringComparison.Ordinal).Replace("\n", "&#xA;", StringComparison.Ordinal);
}
