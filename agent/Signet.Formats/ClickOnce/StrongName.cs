using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Signet.Formats.ClickOnce;

/// <summary>Names that are made of keys: SHA-1 is part of what they are, and nothing rests on it.</summary>
[SuppressMessage("Security", "CA5350", Justification = "The formats define these names by SHA-1; no decision rests on them.")]
internal static class StrongName
{
    private const uint RsaSign = 0x2400;
    private const uint Sha1 = 0x8004;
    private const uint RsaMagic = 0x31415352;

    /// <summary>
    /// publicKeyToken: the last 8 bytes of the SHA-1 of the key as a strong name has it, in reverse order (ECMA-335 section
    /// II.6.3; PublicKeyBlob of StrongName.h).
    /// </summary>
    public static string Token(RSA key)
    {
        var parameters = key.ExportParameters(false);
        var modulus = parameters.Modulus!;
        var blob = new byte[32 + modulus.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(blob, RsaSign);
        BinaryPrimitives.WriteUInt32LittleEndian(blob.AsSpan(4), Sha1);
        BinaryPrimitives.WriteUInt32LittleEndian(blob.AsSpan(8), (uint)(20 + modulus.Length));
        blob[12] = 6;
        blob[13] = 2;
        BinaryPrimitives.WriteUInt32LittleEndian(blob.AsSpan(16), RsaSign);
        BinaryPrimitives.WriteUInt32LittleEndian(blob.AsSpan(20), RsaMagic);
        BinaryPrimitives.WriteUInt32LittleEndian(blob.AsSpan(24), (uint)(modulus.Length * 8));
        parameters.Exponent.AsSpan().CopyTo(blob.AsSpan(28));
        blob.AsSpan(28, parameters.Exponent!.Length).Reverse();
        modulus.CopyTo(blob.AsSpan(32));
        blob.AsSpan(32).Reverse();
        var hash = SHA1.HashData(blob);
        hash.AsSpan().Reverse();
        return Convert.ToHexStringLower(hash.AsSpan(0, 8));
    }

    /// <summary>issuerKeyHash: the SHA-1 of the issuer's key as a subject key identifier has it (RFC 5280 section 4.2.1.2).</summary>
    public static string KeyHash(X509Certificate2 issuer) =>
        Convert.ToHexStringLower(SHA1.HashData(issuer.PublicKey.EncodedKeyValue.RawData));
}
