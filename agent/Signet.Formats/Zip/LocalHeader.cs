using System.Buffers.Binary;
using static Signet.Formats.Zip.ZipConstants;

namespace Signet.Formats.Zip;

/// <summary>Checks a local header and a data descriptor against the central directory (APPNOTE 4.3.7, 4.3.9).</summary>
internal static class LocalHeader
{
    private const ushort Forbidden = Encrypted | StronglyEncrypted | MaskedHeader | PatchedData;

    /// <summary>Reads and checks them.</summary>
    /// <param name="content">The archive.</param>
    /// <param name="header">What the directory says.</param>
    /// <param name="name">Name of the entry, for errors.</param>
    /// <param name="limit">Where entries end: at the central directory.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Where the data begins, and where the entry ends.</returns>
    /// <exception cref="SignatureFormatException">They contradict each other, or the entry is of an unsupported kind.</exception>
    public static async Task<(long DataOffset, long End)> ReadAsync(
        Stream content, CentralHeader header, string name, long limit, CancellationToken cancellationToken)
    {
        if (header.LocalOffset > limit - LocalBytes)
        {
            throw ZipErrors.Malformed($"entry '{name}' begins at {header.LocalOffset}, and entries end at {limit}");
        }

        var local = new byte[LocalBytes];
        content.Position = header.LocalOffset;
        await content.ReadExactlyAsync(local, cancellationToken).ConfigureAwait(false);
        var (nameBytes, extraBytes) = (Read16(local, 26), Read16(local, 28));
        var dataOffset = header.LocalOffset + LocalBytes + nameBytes + extraBytes;
        if (dataOffset > limit || header.CompressedBytes > limit - dataOffset)
        {
            throw ZipErrors.Malformed($"entry '{name}' reaches into the central directory");
        }

        var variable = new byte[nameBytes + extraBytes];
        await content.ReadExactlyAsync(variable, cancellationToken).ConfigureAwait(false);
        CheckFields(local, header, name);
        if (!variable.AsSpan(0, nameBytes).SequenceEqual(header.Name.Span))
        {
            throw ZipErrors.Malformed($"entry '{name}' has another name in its local header");
        }

        CheckSizes(local, variable.AsSpan(nameBytes), header, name);
        var dataEnd = dataOffset + header.CompressedBytes;
        var end = (header.Flags & HasDescriptor) == 0
            ? dataEnd
            : dataEnd + await DescriptorBytesAsync(content, header, name, dataEnd, limit, cancellationToken).ConfigureAwait(false);
        return (dataOffset, end);
    }

    private static void CheckFields(byte[] local, CentralHeader header, string name)
    {
        if (Read32(local, 0) != LocalSignature)
        {
            throw ZipErrors.Malformed($"there is no local header of entry '{name}' at {header.LocalOffset}");
        }

        var flags = Read16(local, 6);
        if (((flags | header.Flags) & Forbidden) != 0)
        {
            throw ZipErrors.Unsupported($"entry '{name}' is encrypted or patched");
        }

        // Bit 11 decides how a name reads, so it may differ where the name is ASCII alone.
        const ushort Compared = HasDescriptor | Utf8;
        var compared = header.Name.Span.IndexOfAnyExceptInRange((byte)0, (byte)127) < 0 ? HasDescriptor : Compared;
        if (((flags ^ header.Flags) & compared) != 0 || Read16(local, 8) != header.Method)
        {
            throw ZipErrors.Malformed($"entry '{name}' has other flags or another method in its local header");
        }

        if (header.Method == Stored && header.CompressedBytes != header.ContentBytes)
        {
            throw ZipErrors.Malformed($"entry '{name}' is stored and has two sizes");
        }
    }

    private static void CheckSizes(byte[] local, ReadOnlySpan<byte> extra, CentralHeader header, string name)
    {
        var crc = Read32(local, 14);
        long compressed = Read32(local, 18);
        long bytes = Read32(local, 22);
        if (compressed == uint.MaxValue || bytes == uint.MaxValue)
        {
            // Both values have to be there in a local header (4.5.3).
            if (ExtraField.Find(extra, Zip64Extra, 0) is not { Length: >= 16 } field)
            {
                throw ZipErrors.Malformed($"entry '{name}' has no zip64 values in its local header");
            }

            var values = extra[field.Start..];
            (bytes, compressed) = (BinaryPrimitives.ReadInt64LittleEndian(values), BinaryPrimitives.ReadInt64LittleEndian(values[8..]));
        }

        // With a descriptor the header may leave them out, each of them.
        var mayBeZero = (header.Flags & HasDescriptor) != 0;
        if (!Agrees(crc, header.Crc32) || !Agrees(compressed, header.CompressedBytes) || !Agrees(bytes, header.ContentBytes))
        {
            throw ZipErrors.Malformed($"entry '{name}' has another CRC or size in its local header");
        }

        bool Agrees(long here, long directory) => here == directory || (mayBeZero && here == 0);
    }

    // With or without a signature, its sizes of 4 or 8 bytes (4.3.9.2, 4.3.9.3).
    private static async Task<int> DescriptorBytesAsync(
        Stream content, CentralHeader header, string name, long offset, long limit, CancellationToken cancellationToken)
    {
        var bytes = new byte[(int)Math.Min(24, limit - offset)];
        content.Position = offset;
        await content.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        foreach (var start in new[] { 4, 0 })
        {
            if (bytes.Length < start + 12 || (start == 4 && Read32(bytes, 0) != DescriptorSignature)
                || Read32(bytes, start) != header.Crc32)
            {
                continue;
            }

            if (Read32(bytes, start + 4) == header.CompressedBytes && Read32(bytes, start + 8) == header.ContentBytes)
            {
                return start + 12;
            }

            if (bytes.Length >= start + 20
                && BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(start + 4)) == header.CompressedBytes
                && BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(start + 12)) == header.ContentBytes)
            {
                return start + 20;
            }
        }

        throw ZipErrors.Malformed($"entry '{name}' has no data descriptor that agrees with the directory");
    }

    private static ushort Read16(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at));

    private static uint Read32(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));
}
