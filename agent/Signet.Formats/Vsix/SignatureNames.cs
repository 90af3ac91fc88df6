using System.Security.Cryptography;

namespace Signet.Formats.Vsix;

/// <summary>Names that digital signatures of packages have (ISO/IEC 29500-2 annexes E and F, RFC 9231).</summary>
internal static class SignatureNames
{
    public const string XmlSignature = "http://www.w3.org/2000/09/xmldsig#";

    public const string PackageSignature = "http://schemas.openxmlformats.org/package/2006/digital-signature";

    public const string CanonicalXml = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";

    public const string RelationshipTransform = "http://schemas.openxmlformats.org/package/2006/RelationshipTransform";

    public const string OriginRelationship = "http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/origin";

    public const string SignatureRelationship = "http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/signature";

    public const string CertificateRelationship = "http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/certificate";

    public const string OriginType = "application/vnd.openxmlformats-package.digital-signature-origin";

    public const string SignatureType = "application/vnd.openxmlformats-package.digital-signature-xmlsignature+xml";

    /// <summary>Id of the Object that says what of the package is signed.</summary>
    public const string PackageObject = "idPackageObject";

    /// <summary>Where the parts of signatures lie.</summary>
    public const string Folder = "/package/services/digital-signature/";

    /// <summary>The part that leads to the signatures.</summary>
    public const string Origin = Folder + "origin.psdor";

    /// <summary>Name of a hash.</summary>
    public static string OfHash(HashAlgorithmName hash) => hash.Name switch
    {
        "SHA384" => "http://www.w3.org/2001/04/xmldsig-more#sha384",
        "SHA512" => "http://www.w3.org/2001/04/xmlenc#sha512",
        _ => "http://www.w3.org/2001/04/xmlenc#sha256",
    };

    /// <summary>Name of a way to sign.</summary>
    public static string OfSignature(SignatureScheme scheme, HashAlgorithmName hash) =>
        $"http://www.w3.org/2001/04/xmldsig-more#{(scheme == SignatureScheme.Ecdsa ? "ecdsa" : "rsa")}-{hash.Name!.ToLowerInvariant()}";
}
