using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Signet.Formats.SignedData;

namespace Signet.Formats.Apk;

/// <summary>
/// The signature of one signer by scheme v2 or v3 ("APK Signature Scheme v2" and "v3", section "Format"). Everything is in
/// little endian, and every element has its length in front.
/// </summary>
internal static class SignerBlock
{
    /// <summary>The first Android version that reads scheme v3 (Android 9).</summary>
    public const int FirstSdkWithV3 = 28;

    // v2 says so where v3 is there too, so that nobody drops v3 ("v3", section "Stripping protection").
    private const uint StrippingProtection = 0xbeeff00d;

    /// <summary>Signs by scheme v2, and says that v3 is there.</summary>
    public static Task<byte[]> SignV2Async(
        byte[] digest, HashAlgorithmName hash, ISigner signer, CancellationToken cancellationToken)
    {
        var attribute = Prefixed(Number(StrippingProtection), Number(3));
        return SignAsync(SignedData(digest, hash, signer, [], attribute), [], hash, signer, cancellationToken);
    }

    /// <summary>Signs by scheme v3, for every version that reads it.</summary>
    /// <param name="digest">Of the content.</param>
    /// <param name="hash">SHA-256 or SHA-512.</param>
    /// <param name="minSdk">The first version that the APK runs on.</param>
    /// <param name="signer">The key.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static Task<byte[]> SignV3Async(
        byte[] digest, HashAlgorithmName hash, int minSdk, ISigner signer, CancellationToken cancellationToken)
    {
        byte[] versions = [.. Number((uint)Math.Max(minSdk, FirstSdkWithV3)), .. Number(int.MaxValue)];
        return SignAsync(SignedData(digest, hash, signer, versions, []), versions, hash, signer, cancellationToken);
    }

    /// <summary>ID of the algorithm of a key and a hash ("v2", section "Signature Algorithm IDs").</summary>
    /// <exception cref="SignatureFormatException">Android knows none.</exception>
    public static uint AlgorithmOf(SignatureScheme scheme, HashAlgorithmName hash) => (scheme, hash.Name) switch
    {
        (SignatureScheme.RsaPkcs1, "SHA256") => 0x0103,
        (SignatureScheme.RsaPkcs1, "SHA512") => 0x0104,
        (SignatureScheme.Ecdsa, "SHA256") => 0x0201,
        (SignatureScheme.Ecdsa, "SHA512") => 0x0202,
        _ => throw new SignatureFormatException(
            FormatFailure.InvalidChoice,
            $"APKs are signed with RSA (PKCS#1 v1.5) or ECDSA and SHA-256 or SHA-512, and not with {scheme} and {hash.Name}."),
    };

    private static byte[] SignedData(
        byte[] digest, HashAlgorithmName hash, ISigner signer, byte[] versions, byte[] attribute) =>
    [
        .. Prefixed(Prefixed(Number(AlgorithmOf(signer.Scheme, hash)), Prefixed(digest))),
        .. Prefixed([.. signer.CertificateChain.Select(certificate => Prefixed(certificate.RawData))]),
        .. versions,
        .. Prefixed(attribute),
    ];

    private static async Task<byte[]> SignAsync(
        byte[] signedData, byte[] versions, HashAlgorithmName hash, ISigner signer, CancellationToken cancellationToken)
    {
        var raw = await signer.SignDigestAsync(
            CryptographicOperations.HashData(hash, signedData), hash, cancellationToken).ConfigureAwait(false);
        var signature = signer.Scheme == SignatureScheme.Ecdsa ? EcdsaValue.FromP1363(raw) : raw;
        return Prefixed(Prefixed(
            Prefixed(signedData),
            versions,
            Prefixed(Prefixed(Number(AlgorithmOf(signer.Scheme, hash)), Prefixed(signature))),
            Prefixed(PublicKeyOf(signer.CertificateChain[0]))));
    }

    private static byte[] PublicKeyOf(X509Certificate2 certificate) => certificate.PublicKey.ExportSubjectPublicKeyInfo();

    private static byte[] Prefixed(params byte[][] parts)
    {
        byte[] content = [.. parts.SelectMany(part => part)];
        return [.. Number((uint)content.Length), .. content];
    }

    private static byte[] Number(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }
}
