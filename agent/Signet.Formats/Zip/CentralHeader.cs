using System.Buffers.Binary;
using static Signet.Formats.Zip.ZipConstants;

namespace Signet.Formats.Zip;

/// <summary>One header of the central directory (APPNOTE 4.3.12), with what its zip64 field says (4.5.3).</summary>
internal sealed class CentralHeader
{
    private const int OffsetField = 42;

    // Where the 8 bytes of the offset lie in Raw if the zip64 field has it; 0 for none.
    private int _zip64OffsetAt;

    private CentralHeader(ReadOnlyMemory<byte> raw) => Raw = raw;

    /// <summary>The header's bytes: fixed part, name, extra field, comment.</summary>
    public ReadOnlyMemory<byte> Raw { get; }

    public ushort Flags => Read16(8);

    public ushort Method => Read16(10);

    public uint Crc32 => BinaryPrimitives.ReadUInt32LittleEndian(Raw.Span[16..]);

    public long CompressedBytes { get; private set; }

    public long ContentBytes { get; private set; }

    public long LocalOffset { get; private set; }

    public ReadOnlyMemory<byte> Name => Raw.Slice(CentralBytes, Read16(28));

    public ReadOnlyMemory<byte> Extra => Raw.Slice(CentralBytes + Read16(28), Read16(30));

    /// <summary>Reads the header at the start of what is left of a directory.</summary>
    /// <exception cref="SignatureFormatException">It breaks a rule.</exception>
    public static CentralHeader Read(ReadOnlyMemory<byte> rest, int number)
    {
        var span = rest.Span;
        if (span.Length < CentralBytes || BinaryPrimitives.ReadUInt32LittleEndian(span) != CentralSignature)
        {
            throw ZipErrors.Malformed($"header {number} of its central directory is not one");
        }

        var length = CentralBytes + BinaryPrimitives.ReadUInt16LittleEndian(span[28..])
            + BinaryPrimitives.ReadUInt16LittleEndian(span[30..]) + BinaryPrimitives.ReadUInt16LittleEndian(span[32..]);
        if (length > span.Length)
        {
            throw ZipErrors.Malformed($"header {number} of its central directory reaches behind the directory's end");
        }

        var header = new CentralHeader(rest[..length]);
        header.ReadSizes(number);
        return header;
    }

    /// <summary>The same header for an entry that lies elsewhere.</summary>
    /// <param name="offset">Of the local header.</param>
    public byte[] WithOffset(long offset)
    {
        var copy = Raw.ToArray();
        if (_zip64OffsetAt > 0)
        {
            BinaryPrimitives.WriteInt64LittleEndian(copy.AsSpan(_zip64OffsetAt), offset);
            return copy;
        }

        if (offset < uint.MaxValue)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(copy.AsSpan(OffsetField), (uint)offset);
            return copy;
        }

        return WithZip64Offset(copy, offset);
    }

    private void ReadSizes(int number)
    {
        var span = Raw.Span;
        CompressedBytes = BinaryPrimitives.ReadUInt32LittleEndian(span[20..]);
        ContentBytes = BinaryPrimitives.ReadUInt32LittleEndian(span[24..]);
        LocalOffset = BinaryPrimitives.ReadUInt32LittleEndian(span[OffsetField..]);
        var disk = Read16(34);
        var zip64 = ExtraField.Find(Extra.Span, Zip64Extra, number);
        var next = zip64 is { } found ? CentralBytes + Name.Length + found.Start : 0;
        var end = zip64 is { } field ? next + field.Length : 0;
        if (ContentBytes == uint.MaxValue)
        {
            ContentBytes = Take(ref next, end, number);
        }

        if (CompressedBytes == uint.MaxValue)
        {
            CompressedBytes = Take(ref next, end, number);
        }

        if (LocalOffset == uint.MaxValue)
        {
            _zip64OffsetAt = next;
            LocalOffset = Take(ref next, end, number);
        }

        // A zip64 field may carry the disk's number too; there is only one disk.
        if (disk != 0 && disk != ushort.MaxValue)
        {
            throw ZipErrors.Unsupported($"entry {number} lies on disk {disk} of a split archive");
        }
    }

    private long Take(ref int next, int end, int number)
    {
        if (end - next < 8)
        {
            throw ZipErrors.Malformed($"header {number} of its central directory has no zip64 value where it needs one");
        }

        var value = BinaryPrimitives.ReadInt64LittleEndian(Raw.Span[next..]);
        next += 8;
        return value >= 0
            ? value
            : throw ZipErrors.Malformed($"header {number} of its central directory has a zip64 value above 2^63");
    }

    // The offset is the last of the values that a zip64 field has, but for the disk's number, which no writer uses.
    private byte[] WithZip64Offset(byte[] copy, long offset)
    {
        var nameEnd = CentralBytes + Name.Length;
        var value = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(value, offset);
        BinaryPrimitives.WriteUInt32LittleEndian(copy.AsSpan(OffsetField), uint.MaxValue);
        BinaryPrimitives.WriteUInt16LittleEndian(copy.AsSpan(6), Math.Max((ushort)45, Read16(6)));
        byte[] result;
        if (ExtraField.Find(Extra.Span, Zip64Extra, 0) is { } field)
        {
            var valuesBytes = (ContentBytesAreZip64 ? 8 : 0) + (CompressedBytesAreZip64 ? 8 : 0);
            var at = nameEnd + field.Start + valuesBytes;
            result = [.. copy[..at], .. value, .. copy[at..]];
            BinaryPrimitives.WriteUInt16LittleEndian(
                result.AsSpan(nameEnd + field.Start - 2), (ushort)(field.Length + value.Length));
        }
        else
        {
            result = [.. copy[..nameEnd], 1, 0, 8, 0, .. value, .. copy[nameEnd..]];
        }

        var extraBytes = Extra.Length + result.Length - copy.Length;
        if (extraBytes > ushort.MaxValue)
        {
            throw ZipErrors.Unsupported($"an entry has no room for a zip64 field");
        }

        BinaryPrimitives.WriteUInt16LittleEndian(result.AsSpan(30), (ushort)extraBytes);
        return result;
    }

    private bool ContentBytesAreZip64 => BinaryPrimitives.ReadUInt32LittleEndian(Raw.Span[24..]) == uint.MaxValue;

    private bool CompressedBytesAreZip64 => BinaryPrimitives.ReadUInt32LittleEndian(Raw.Span[20..]) == uint.MaxValue;

    private ushort Read16(int at) => BinaryPrimitives.ReadUInt16LittleEndian(Raw.Span[at..]);
}
