using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;

namespace Signet.Formats.Authenticode;

/// <summary>
/// SpcIndirectDataContent: what an Authenticode signature signs in place of the file ("Windows Authenticode Portable
/// Executable Signature Format", section "SpcIndirectDataContent").
/// </summary>
internal static class IndirectData
{
    // SpcPeImageData's file is not used any more, and every signer writes this text there.
    private const string ObsoleteFile = "<<<Obsolete>>>";

    /// <summary>The content for a PE file.</summary>
    /// <param name="digest">The file's Authenticode digest.</param>
    /// <param name="hash">What it was made with.</param>
    /// <returns>DER.</returns>
    public static byte[] ForPortableExecutable(ReadOnlySpan<byte> digest, HashAlgorithmName hash)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(ObjectIdentifiers.SpcPeImageData);
                WritePeImageData(writer);
            }

            using (writer.PushSequence())
            {
                AlgorithmIdentifiers.WriteHash(writer, hash);
                writer.WriteOctetString(digest);
            }
        }

        return writer.Encode();
    }

    private static void WritePeImageData(AsnWriter writer)
    {
        using (writer.PushSequence())
        {
            // SpcPeImageFlags: no bit set.
            writer.WriteBitString([]);

            // file [0] EXPLICIT SpcLink, whose choice file is [2] EXPLICIT SpcString, whose choice unicode is [0] IMPLICIT.
            using (writer.PushSequence(Tags.Constructed(0)))
            using (writer.PushSequence(Tags.Constructed(2)))
            {
                writer.WriteOctetString(Encoding.BigEndianUnicode.GetBytes(ObsoleteFile), Tags.Primitive(0));
            }
        }
    }
}
