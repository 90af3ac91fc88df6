using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Signet.Protocol.V1;

namespace Signet.Tokens.Pkcs11;

/// <summary>A public key put together from what a token shows.</summary>
/// <param name="SubjectPublicKeyInfo">DER (RFC 5280 section 4.1.2.7).</param>
/// <param name="SizeBits">Bits of the modulus or of the curve's order.</param>
internal sealed record PublicPart(byte[] SubjectPublicKeyInfo, int SizeBits)
{
    private const string EllipticKeyOid = "1.2.840.10045.2.1";

    /// <summary>From CKA_MODULUS and CKA_PUBLIC_EXPONENT; null where they make no key.</summary>
    public static PublicPart? OfRsa(byte[] modulus, byte[] exponent)
    {
        try
        {
            using var key = RSA.Create(new RSAParameters { Modulus = WithoutLeadingZeros(modulus), Exponent = WithoutLeadingZeros(exponent) });
            return new PublicPart(key.ExportSubjectPublicKeyInfo(), key.KeySize) { Algorithm = KeyAlgorithm.Rsa };
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>From CKA_EC_PARAMS and CKA_EC_POINT; null where they make no key on P-256, P-384 or P-521.</summary>
    /// <param name="parameters">DER of the curve's name.</param>
    /// <param name="point">DER OCTET STRING of the point; some tokens give the point itself.</param>
    public static PublicPart? OfElliptic(byte[] parameters, byte[] point)
    {
        try
        {
            if (CurveOid(parameters) is not { } oid || CurveBits(oid) is not { } bits)
            {
                return null;
            }

            var writer = new AsnWriter(AsnEncodingRules.DER);
            using (writer.PushSequence())
            {
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(EllipticKeyOid);
                    writer.WriteEncodedValue(parameters);
                }

                writer.WriteBitString(RawPoint(point, bits));
            }

            var encoded = writer.Encode();
            using var check = ECDsa.Create();
            check.ImportSubjectPublicKeyInfo(encoded, out _);
            return new PublicPart(encoded, bits) { Algorithm = KeyAlgorithm.Ec };
        }
        catch (Exception exception) when (exception is AsnContentException or CryptographicException)
        {
            return null;
        }
    }

    /// <summary>RSA or elliptic curve.</summary>
    public KeyAlgorithm Algorithm { get; private init; }

    /// <summary>Whether keys on the curve can sign here.</summary>
    /// <param name="parameters">CKA_EC_PARAMS.</param>
    public static bool IsSupportedCurve(byte[] parameters) => CurveOid(parameters) is { } oid && CurveBits(oid) is not null;

    /// <summary>The curve for a person.</summary>
    /// <param name="parameters">CKA_EC_PARAMS: the name of a curve, or all of its parameters.</param>
    public static string CurveName(byte[] parameters)
    {
        if (CurveOid(parameters) is not { } oid)
        {
            return "that its parameters describe";
        }

        return oid == "1.3.132.0.10" ? "secp256k1" : new Oid(oid).FriendlyName ?? oid;
    }

    /// <summary>From DER SubjectPublicKeyInfo; null where it is none that can sign here.</summary>
    public static PublicPart? OfSubjectPublicKeyInfo(byte[] encoded)
    {
        try
        {
            var key = encoded.Length == 0 ? null : PublicKey.CreateFromSubjectPublicKeyInfo(encoded, out _);
            using AsymmetricAlgorithm? algorithm = (AsymmetricAlgorithm?)key?.GetRSAPublicKey() ?? key?.GetECDsaPublicKey();
            return algorithm is null
                ? null
                : new PublicPart(encoded, algorithm.KeySize) { Algorithm = algorithm is RSA ? KeyAlgorithm.Rsa : KeyAlgorithm.Ec };
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>From a certificate; null where its key is of another kind.</summary>
    /// <param name="der">The certificate.</param>
    public static PublicPart? OfCertificate(byte[] der)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(der);
            return OfSubjectPublicKeyInfo(certificate.PublicKey.ExportSubjectPublicKeyInfo());
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static string? CurveOid(byte[] parameters)
    {
        try
        {
            return AsnDecoder.ReadObjectIdentifier(parameters, AsnEncodingRules.DER, out _);
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    private static int? CurveBits(string oid) => oid switch
    {
        "1.2.840.10045.3.1.7" => 256,
        "1.3.132.0.34" => 384,
        "1.3.132.0.35" => 521,
        _ => null,
    };

    private static byte[] RawPoint(byte[] point, int bits)
    {
        // SEC 1 section 2.3.3: 04, then both coordinates
        var length = 1 + (2 * ((bits + 7) / 8));
        return point.Length == length && point[0] == 0x04
            ? point
            : AsnDecoder.ReadOctetString(point, AsnEncodingRules.BER, out _);
    }

    private static byte[] WithoutLeadingZeros(byte[] number) => [.. number.SkipWhile(value => value == 0)];
}
