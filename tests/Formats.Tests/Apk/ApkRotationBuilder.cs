using System.Buffers.Binary;
using System.Security.Cryptography;
using Signet.Formats.Tests.Signers;

namespace Signet.Formats.Tests.Apk;

/// <summary>
/// Puts a signing block with signatures of schemes v3 and v3.1 into an APK, as "APK Signature Scheme v3.1" has them: apksigner of
/// Debian 12 makes none. Both signers are ECDSA on P-256 with SHA-256.
/// </summary>
internal static class ApkRotationBuilder
{
    private const uint V3 = 0xf05368c0;
    private const uint V31 = 0x1b93ad61;
    private const uint RotationMinSdk = 0x559f8b02;
    private const uint EcdsaWithSha256 = 0x0201;

    /// <summary>Puts other signatures in the place of those of a signed APK.</summary>
    /// <param name="signed">An APK that is signed; its digest stays.</param>
    /// <param name="old">Who signs for versions before <paramref name="begins"/>.</param>
    /// <param name="rotated">Who signs from then on; null for nobody.</param>
    /// <param name="stated">From when on v3 says that v3.1 is there; null for nothing.</param>
    /// <param name="begins">From when on v3.1 is there.</param>
    public static async Task<byte[]> BuildAsync(byte[] signed, InMemorySigner old, InMemorySigner? rotated, uint? stated, uint begins)
    {
        var directory = (int)BinaryPrimitives.ReadUInt32LittleEndian(signed.AsSpan(signed.Length - 6));
        var start = directory - 8 - (int)BinaryPrimitives.ReadInt64LittleEndian(signed.AsSpan(directory - 24));
        var digest = DigestOf(signed.AsSpan(start, directory - start));
        var attributes = stated is { } from ? Prefixed([.. Number(RotationMinSdk), .. Number(from)]) : [];
        var pairs = Pair(V3, await SignAsync(digest, old, 28, int.MaxValue, attributes));
        if (rotated is not null)
        {
            pairs = [.. pairs, .. Pair(V31, await SignAsync(digest, rotated, begins, int.MaxValue, []))];
        }

        var size = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(size, pairs.Length + 24);
        byte[] result = [.. signed[..start], .. size, .. pairs, .. size, .. "APK Sig Block 42"u8, .. signed[directory..]];
        BinaryPrimitives.WriteInt32LittleEndian(result.AsSpan(result.Length - 6), start + pairs.Length + 32);
        return result;
    }

    // The digest is the last element of the first list in the signed data of v3.
    private static byte[] DigestOf(ReadOnlySpan<byte> block)
    {
        var at = block.IndexOf(Number(V3));
        return block.Slice(at + 4 + (4 * 3) + (4 * 4), 32).ToArray();
    }

    private static async Task<byte[]> SignAsync(byte[] digest, InMemorySigner signer, uint minSdk, uint maxSdk, byte[] attributes)
    {
        byte[] versions = [.. Number(minSdk), .. Number(maxSdk)];
        byte[] data =
        [
            .. Prefixed(Prefixed([.. Number(EcdsaWithSha256), .. Prefixed(digest)])),
            .. Prefixed(Prefixed(signer.CertificateChain[0].RawData)), .. versions, .. Prefixed(attributes),
        ];
        var raw = await signer.SignDigestAsync(SHA256.HashData(data), HashAlgorithmName.SHA256, CancellationToken.None);
        var key = signer.CertificateChain[0].PublicKey.ExportSubjectPublicKeyInfo();
        return Prefixed(Prefixed(
        [
            .. Prefixed(data), .. versions, .. Prefixed(Prefixed([.. Number(EcdsaWithSha256), .. Prefixed(ToDer(raw))])), .. Prefixed(key),
        ]));
    }

    private static byte[] ToDer(byte[] raw)
    {
        var writer = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteIntegerUnsigned(raw.AsSpan(0, raw.Length / 2));
            writer.WriteIntegerUnsigned(raw.AsSpan(raw.Length / 2));
        }

        return writer.Encode();
    }

    private static byte[] Pair(uint id, byte[] value)
    {
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, value.Length + 4);
        return [.. length, .. Number(id), .. value];
    }

    private static byte[] Prefixed(byte[] content) => [.. Number((uint)content.Length), .. content];

    private static byte[] Number(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }
}
