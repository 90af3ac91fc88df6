using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Signet.Formats.Cms;

/// <summary>Object identifiers and algorithm identifiers of CMS.</summary>
internal static class CmsIdentifiers
{
    /// <summary>id-data (RFC 5652 section 4).</summary>
    public const string Data = "1.2.840.113549.1.7.1";

    /// <summary>id-signedData (RFC 5652 section 5.1).</summary>
    public const string SignedData = "1.2.840.113549.1.7.2";

    /// <summary>id-contentType (RFC 5652 section 11.1).</summary>
    public const string ContentType = "1.2.840.113549.1.9.3";

    /// <summary>id-messageDigest (RFC 5652 section 11.2).</summary>
    public const string MessageDigest = "1.2.840.113549.1.9.4";

    /// <summary>id-aa-signingCertificateV2 (RFC 5035 section 3).</summary>
    public const string SigningCertificateV2 = "1.2.840.113549.1.9.16.2.47";

    /// <summary>id-aa-timeStampToken (RFC 3161 appendix A).</summary>
    public const string TimestampToken = "1.2.840.113549.1.9.16.2.14";

    private const string RsaEncryption = "1.2.840.113549.1.1.1";
    private const string RsaPss = "1.2.840.113549.1.1.10";
    private const string Mgf1 = "1.2.840.113549.1.1.8";

    /// <summary>A hash, without parameters (RFC 5754 section 2).</summary>
    public static void WriteHash(AsnWriter writer, HashAlgorithmName hash)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(OidOf(hash));
        }
    }

    /// <summary>How a signature was made.</summary>
    public static void WriteSignature(AsnWriter writer, SignatureScheme scheme, HashAlgorithmName hash)
    {
        using (writer.PushSequence())
        {
            switch (scheme)
            {
                case SignatureScheme.RsaPkcs1:
                    // The hash is named beside it (RFC 3370 section 3.2).
                    writer.WriteObjectIdentifier(RsaEncryption);
                    writer.WriteNull();
                    break;
                case SignatureScheme.RsaPss:
                    writer.WriteObjectIdentifier(RsaPss);
                    WritePssParameters(writer, hash);
                    break;
                default:
                    // ecdsa-with-SHA2, without parameters (RFC 5754 section 3.3).
                    writer.WriteObjectIdentifier("1.2.840.10045.4.3." + ByHash(hash, "2", "3", "4"));
                    break;
            }
        }
    }

    // RSASSA-PSS-params (RFC 4055 section 3.1): every default is SHA-1's, so nothing is left out but the trailer field.
    private static void WritePssParameters(AsnWriter writer, HashAlgorithmName hash)
    {
        using (writer.PushSequence())
        {
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true)))
            {
                WriteHash(writer, hash);
            }

            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 1, isConstructed: true)))
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(Mgf1);
                WriteHash(writer, hash);
            }

            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 2, isConstructed: true)))
            {
                writer.WriteInteger(ByHash(hash, 32, 48, 64));
            }
        }
    }

    // RFC 5754 section 2.
    private static string OidOf(HashAlgorithmName hash) => "2.16.840.1.101.3.4.2." + ByHash(hash, "1", "2", "3");

    private static T ByHash<T>(HashAlgorithmName hash, T sha256, T sha384, T sha512) => hash.Name switch
    {
        "SHA256" => sha256,
        "SHA384" => sha384,
        "SHA512" => sha512,
        _ => throw new ArgumentOutOfRangeException(nameof(hash), hash.Name, "not a hash that is signed here"),
    };
}
