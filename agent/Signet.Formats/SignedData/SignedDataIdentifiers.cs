using System.Formats.Asn1;
using System.Security.Cryptography;
using Signet.Formats.Authenticode;

namespace Signet.Formats.SignedData;

/// <summary>Object identifiers of CMS signatures, and how a signature algorithm is written.</summary>
internal static class SignedDataIdentifiers
{
    /// <summary>id-data (RFC 5652 section 4).</summary>
    public const string Data = "1.2.840.113549.1.7.1";

    /// <summary>id-signingTime (RFC 5652 section 11.3).</summary>
    public const string SigningTime = "1.2.840.113549.1.9.5";

    /// <summary>id-aa-signingCertificateV2 (RFC 5035 section 3).</summary>
    public const string SigningCertificateV2 = "1.2.840.113549.1.9.16.2.47";

    /// <summary>id-aa-timeStampToken (RFC 3161 appendix A).</summary>
    public const string TimestampToken = "1.2.840.113549.1.9.16.2.14";

    private const string RsaPss = "1.2.840.113549.1.1.10";
    private const string Mgf1 = "1.2.840.113549.1.1.8";

    /// <summary>How a signature was made.</summary>
    public static void WriteSignature(AsnWriter writer, SignatureScheme scheme, HashAlgorithmName hash)
    {
        if (scheme != SignatureScheme.RsaPss)
        {
            AlgorithmIdentifiers.WriteSignature(writer, scheme, hash);
            return;
        }

        // RSASSA-PSS-params (RFC 4055 section 3.1): the defaults are SHA-1's, so all but the trailer field are written.
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(RsaPss);
            using (writer.PushSequence())
            {
                using (writer.PushSequence(Tags.Constructed(0)))
                {
                    AlgorithmIdentifiers.WriteHash(writer, hash);
                }

                using (writer.PushSequence(Tags.Constructed(1)))
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(Mgf1);
                    AlgorithmIdentifiers.WriteHash(writer, hash);
                }

                using (writer.PushSequence(Tags.Constructed(2)))
                {
                    writer.WriteInteger(hash.Name switch { "SHA256" => 32, "SHA384" => 48, _ => 64 });
                }
            }
        }
    }
}
