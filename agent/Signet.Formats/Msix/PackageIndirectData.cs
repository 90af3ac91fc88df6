using System.Formats.Asn1;
using System.Security.Cryptography;
using Signet.Formats.Authenticode;

namespace Signet.Formats.Msix;

/// <summary>SpcIndirectDataContent of an app package: its SpcSipInfo names the provider, and its digest is an <see cref="AppxDigest"/>.</summary>
internal static class PackageIndirectData
{
    private const string SpcSipInfo = "1.3.6.1.4.1.311.2.1.30";
    private const int SipVersion = 0x01010000;

    // GUIDs of the subject interface packages, in the byte order of memory.
    private static ReadOnlySpan<byte> PackageProvider =>
        [0x4B, 0xDF, 0xC5, 0x0A, 0x07, 0xCE, 0xE2, 0x4D, 0xB7, 0x6E, 0x23, 0xC8, 0x39, 0xA0, 0x9F, 0xD1];

    private static ReadOnlySpan<byte> BundleProvider =>
        [0xB3, 0x58, 0x5F, 0x0F, 0xDE, 0xAA, 0x9A, 0x4B, 0xA4, 0x34, 0x95, 0x74, 0x2D, 0x92, 0xEC, 0xEB];

    /// <summary>Writes it.</summary>
    /// <param name="digest">What is signed.</param>
    /// <param name="hash">What it was made with.</param>
    /// <param name="isBundle">Whether the file is a bundle.</param>
    /// <returns>DER.</returns>
    public static byte[] Encode(AppxDigest digest, HashAlgorithmName hash, bool isBundle)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(SpcSipInfo);
                using (writer.PushSequence())
                {
                    writer.WriteInteger(SipVersion);
                    writer.WriteOctetString(isBundle ? BundleProvider : PackageProvider);
                    for (var reserved = 0; reserved < 5; reserved++)
                    {
                        writer.WriteInteger(0);
                    }
                }
            }

            using (writer.PushSequence())
            {
                AlgorithmIdentifiers.WriteHash(writer, hash);
                writer.WriteOctetString(digest.Encode());
            }
        }

        return writer.Encode();
    }
}
