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

    // SPC_PAGE_HASHES: the class of a serialized object with page hashes.
    private static readonly Guid PageHashesClass = new("d586b5a6-a1b4-6624-ae05-a217da8e60d6");

    // The subject interface package of Windows Installer.
    private static readonly Guid WindowsInstallerSip = new("000c10f1-0000-0000-c000-000000000046");

    /// <summary>The content for a PE file.</summary>
    /// <param name="digest">The file's Authenticode digest.</param>
    /// <param name="hash">What it was made with.</param>
    /// <returns>DER.</returns>
    /// <param name="pageHashes">Offsets and SHA-256 hashes of its pages; null for none.</param>
    public static byte[] ForPortableExecutable(
        ReadOnlySpan<byte> digest, HashAlgorithmName hash, byte[]? pageHashes = null) =>
        Write(ObjectIdentifiers.SpcPeImageData, writer => WritePeImageData(writer, pageHashes), digest, hash);

    /// <summary>The content for an installer package.</summary>
    /// <inheritdoc cref="ForPortableExecutable"/>
    public static byte[] ForWindowsInstaller(ReadOnlySpan<byte> digest, HashAlgorithmName hash) =>
        Write(ObjectIdentifiers.SpcSipInfo, writer => WriteSipInfo(writer, WindowsInstallerSip), digest, hash);

    /// <summary>The content for a script.</summary>
    /// <param name="digest">The script's digest.</param>
    /// <param name="hash">What it was made with.</param>
    /// <param name="package">The subject interface package that reads such scripts.</param>
    /// <param name="version">The number in front of it.</param>
    /// <returns>DER.</returns>
    public static byte[] ForScript(ReadOnlySpan<byte> digest, HashAlgorithmName hash, Guid package, int version) =>
        Write(ObjectIdentifiers.SpcSipInfo, writer => WriteSipInfo(writer, package, version), digest, hash);

    private static byte[] Write(
        string type, Action<AsnWriter> writeValue, ReadOnlySpan<byte> digest, HashAlgorithmName hash)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(type);
                writeValue(writer);
            }

            using (writer.PushSequence())
            {
                AlgorithmIdentifiers.WriteHash(writer, hash);
                writer.WriteOctetString(digest);
            }
        }

        return writer.Encode();
    }

    // SpcSipInfo: version, the identifier of the subject interface package as it lies in memory, five reserved numbers.
    private static void WriteSipInfo(AsnWriter writer, Guid package, int version = 1)
    {
        using (writer.PushSequence())
        {
            writer.WriteInteger(version);
            writer.WriteOctetString(package.ToByteArray());
            for (var reserved = 0; reserved < 5; reserved++)
            {
                writer.WriteInteger(0);
            }
        }
    }

    private static void WritePeImageData(AsnWriter writer, byte[]? pageHashes)
    {
        using (writer.PushSequence())
        {
            // SpcPeImageFlags: no bit set.
            writer.WriteBitString([]);

            // file [0] EXPLICIT SpcLink
            using (writer.PushSequence(Tags.Constructed(0)))
            {
                if (pageHashes is null)
                {
                    // Its choice file is [2] EXPLICIT SpcString, whose choice unicode is [0] IMPLICIT.
                    using (writer.PushSequence(Tags.Constructed(2)))
                    {
                        writer.WriteOctetString(Encoding.BigEndianUnicode.GetBytes(ObsoleteFile), Tags.Primitive(0));
                    }
                }
                else
                {
                    WritePageHashes(writer, pageHashes);
                }
            }
        }
    }

    // The choice moniker is [1] IMPLICIT SpcSerializedObject: a class id, and a SET OF SpcAttributeTypeAndOptionalValue in DER.
    private static void WritePageHashes(AsnWriter writer, byte[] pageHashes)
    {
        var serialized = new AsnWriter(AsnEncodingRules.DER);
        using (serialized.PushSetOf())
        using (serialized.PushSequence())
        {
            serialized.WriteObjectIdentifier(ObjectIdentifiers.SpcPageHashesV2);
            using (serialized.PushSetOf())
            {
                serialized.WriteOctetString(pageHashes);
            }
        }

        using (writer.PushSequence(Tags.Constructed(1)))
        {
            writer.WriteOctetString(PageHashesClass.ToByteArray());
            writer.WriteOctetString(serialized.Encode());
        }
    }
}
