using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Signet.Formats.Authenticode;

/// <summary>Writes AlgorithmIdentifier (RFC 5280 section 4.1.1.2).</summary>
internal static class AlgorithmIdentifiers
{
    /// <summary>A hash. Its parameters are NULL, as Windows writes them; readers take both forms (RFC 5754 section 2).</summary>
    public static void WriteHash(AsnWriter writer, HashAlgorithmName hash)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(ObjectIdentifiers.Of(hash));
            writer.WriteNull();
        }
    }

    /// <summary>How a signature was made.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The scheme has no place in a PKCS#7 signature.</exception>
    public static void WriteSignature(AsnWriter writer, SignatureScheme scheme, HashAlgorithmName hash)
    {
        using (writer.PushSequence())
        {
            switch (scheme)
            {
                case SignatureScheme.RsaPkcs1:
                    // PKCS#7 names the key's algorithm (RFC 2315 section 9.2).
                    writer.WriteObjectIdentifier(ObjectIdentifiers.RsaEncryption);
                    writer.WriteNull();
                    break;
                case SignatureScheme.Ecdsa:
                    // Without parameters (RFC 5758 section 3.2).
                    writer.WriteObjectIdentifier(ObjectIdentifiers.EcdsaWith(hash));
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(scheme), scheme, "no scheme of Authenticode");
            }
        }
    }
}
