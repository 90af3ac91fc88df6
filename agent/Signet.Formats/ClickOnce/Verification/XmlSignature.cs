using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography.Xml;
using System.Xml;

namespace Signet.Formats.ClickOnce.Verification;

/// <summary>One XML signature over the document around it, as a verifier reads it.</summary>
internal sealed class XmlSignature
{
    private const string Space = "http://www.w3.org/2000/09/xmldsig#";
    private const string ExclusiveC14N = "http://www.w3.org/2001/10/xml-exc-c14n#";

    private readonly XmlElement _signedInfo;

    /// <summary>Reads it.</summary>
    /// <exception cref="SignatureFormatException">It is not of the one form that ClickOnce has.</exception>
    public XmlSignature(XmlElement signature)
    {
        _signedInfo = Child(signature, "SignedInfo");
        Expect(_signedInfo, "CanonicalizationMethod", ExclusiveC14N);
        Expect(_signedInfo, "SignatureMethod", "http://www.w3.org/2000/09/xmldsig#rsa-sha256");
        var reference = Child(_signedInfo, "Reference");
        var transforms = Children(Child(reference, "Transforms")).Select(transform => transform.GetAttribute("Algorithm"));
        if (reference.GetAttribute("URI").Length > 0
            || !transforms.SequenceEqual(["http://www.w3.org/2000/09/xmldsig#enveloped-signature", ExclusiveC14N]))
        {
            throw ClickOnceFormat.Malformed("its signature does not cover the document around it");
        }

        Expect(reference, "DigestMethod", "http://www.w3.org/2000/09/xmldsig#sha256");
        Digest = Bytes(Child(reference, "DigestValue"));
        Value = Bytes(Child(signature, "SignatureValue"));
        KeyInfo = Child(signature, "KeyInfo");
        var key = Child(Child(KeyInfo, "KeyValue"), "RSAKeyValue");
        Key = new RSAParameters { Modulus = Bytes(Child(key, "Modulus")), Exponent = Bytes(Child(key, "Exponent")) };
        Certificates = [];
        foreach (var data in Children(KeyInfo).Where(child => child.LocalName == "X509Data"))
        {
            foreach (var certificate in Children(data).Where(child => child.LocalName == "X509Certificate"))
            {
                Certificates.Add(Load(Bytes(certificate)));
            }
        }
    }

    /// <summary>The digest that it states.</summary>
    public byte[] Digest { get; }

    /// <summary>Its value.</summary>
    public byte[] Value { get; }

    /// <summary>Its key.</summary>
    public RSAParameters Key { get; }

    /// <summary>What it says of the key.</summary>
    public XmlElement KeyInfo { get; }

    /// <summary>The certificates in it.</summary>
    public X509Certificate2Collection Certificates { get; }

    /// <summary>The one child of this name in the namespace of XML signatures.</summary>
    public static XmlElement Child(XmlElement parent, string name) =>
        Children(parent).Where(child => child.LocalName == name && child.NamespaceURI == Space).ToList() is [var only]
            ? only
            : throw ClickOnceFormat.Malformed($"{parent.LocalName} does not have exactly one {name}");

    /// <summary>The elements in an element.</summary>
    public static IEnumerable<XmlElement> Children(XmlElement parent) => parent.ChildNodes.OfType<XmlElement>();

    /// <summary>Text of an element as bytes.</summary>
    public static byte[] Bytes(XmlElement element)
    {
        try
        {
            return Convert.FromBase64String(element.InnerText);
        }
        catch (FormatException exception)
        {
            throw ClickOnceFormat.Malformed($"{element.LocalName} is no base64", exception);
        }
    }

    /// <summary>Exclusive canonical form of a document, without comments, hashed.</summary>
    public static byte[] Hash(XmlDocument document)
    {
        var canonical = new XmlDsigExcC14NTransform();
        canonical.LoadInput(document);
        using var output = (Stream)canonical.GetOutput(typeof(Stream));
        return SHA256.HashData(output);
    }

    /// <summary>A document of its own with one element.</summary>
    public static XmlDocument Apart(XmlElement element)
    {
        var document = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
        document.AppendChild(document.ImportNode(element, deep: true));
        return document;
    }

    /// <summary>Why it does not hold for a document that it was taken out of.</summary>
    /// <param name="around">That document without the signature.</param>
    /// <param name="name">What to call the signature.</param>
    public IEnumerable<string> Problems(XmlDocument around, string name)
    {
        if (!Hash(around).AsSpan().SequenceEqual(Digest))
        {
            yield return $"The manifest was changed after it was signed: the digest of {name} is another one.";
        }

        if (!Verifies())
        {
            yield return $"The value of {name} is not valid for what it signs.";
        }
    }

    private bool Verifies()
    {
        try
        {
            using var rsa = RSA.Create(Key);
            return rsa.VerifyHash(Hash(Apart(_signedInfo)), Value, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static void Expect(XmlElement parent, string name, string algorithm)
    {
        var found = Child(parent, name).GetAttribute("Algorithm");
        if (found != algorithm)
        {
            throw ClickOnceFormat.Malformed($"{name} is '{found}', and ClickOnce with SHA-256 has '{algorithm}'");
        }
    }

    private static X509Certificate2 Load(byte[] encoded)
    {
        try
        {
            return X509CertificateLoader.LoadCertificate(encoded);
        }
        catch (CryptographicException exception)
        {
            throw ClickOnceFormat.Malformed("a certificate in its signature cannot be read", exception);
        }
    }
}
