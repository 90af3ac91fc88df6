using System.Buffers.Binary;
using static Signet.Formats.Zip.ZipConstants;

namespace Signet.Formats.Zip;

/// <summary>The end of an archive: end record, and its zip64 form where there is one (APPNOTE 4.3.14 to 4.3.16).</summary>
/// <param name="DirectoryOffset">Offset of the central directory.</param>
/// <param name="DirectoryBytes">Its length.</param>
/// <param name="Entries">How many headers it has.</param>
/// <param name="EndRecord">The end record with its comment.</param>
/// <param name="Zip64Record">The zip64 end record with all extensible data; empty for none.</param>
internal sealed record EndOfDirectory(
    long DirectoryOffset, long DirectoryBytes, long Entries, ReadOnlyMemory<byte> EndRecord, ReadOnlyMemory<byte> Zip64Record)
{
    private const int MaxZip64RecordBytes = 64 << 10;

    /// <summary>Finds and reads it.</summary>
    /// <exception cref="SignatureFormatException">It breaks a rule.</exception>
    public static async Task<EndOfDirectory> ReadAsync(Stream content, CancellationToken cancellationToken)
    {
        var length = content.Length;
        var tail = new byte[Math.Min(length, EndBytes + ushort.MaxValue)];
        content.Position = length - tail.Length;
        await content.ReadExactlyAsync(tail, cancellationToken).ConfigureAwait(false);
        var record = FindEndRecord(tail);
        var recordOffset = length - record.Length;
        var end = ReadEndRecord(record);
        var zip64Offset = await FindZip64Async(content, recordOffset, cancellationToken).ConfigureAwait(false);
        if (zip64Offset is { } offset)
        {
            end = await end.WithZip64Async(content, offset, recordOffset, cancellationToken).ConfigureAwait(false);
            recordOffset = offset;
        }
        else if (BinaryPrimitives.ReadUInt16LittleEndian(record.Span[8..]) != end.Entries)
        {
            throw ZipErrors.Malformed($"its end record counts entries of another disk");
        }

        return end.DirectoryOffset > recordOffset || end.DirectoryOffset + end.DirectoryBytes != recordOffset
            ? throw ZipErrors.Malformed(
                $"its central directory (offset {end.DirectoryOffset}, {end.DirectoryBytes} bytes) does not end where the end record begins, at {recordOffset}")
            : end;
    }

    /// <summary>The end for a changed directory, in zip64 form where that is needed or was there.</summary>
    public byte[] Write(long directoryOffset, long directoryBytes, long entries)
    {
        var record = EndRecord.ToArray();
        var isZip64 = !Zip64Record.IsEmpty;
        Write16(record, 8, entries, isZip64);
        Write16(record, 10, entries, isZip64);
        Write32(record, 12, directoryBytes, isZip64);
        Write32(record, 16, directoryOffset, isZip64);
        return isZip64 || directoryOffset >= uint.MaxValue || directoryBytes >= uint.MaxValue || entries >= ushort.MaxValue
            ? [.. WriteZip64(directoryOffset, directoryBytes, entries), .. record]
            : record;
    }

    // All ones say that the zip64 record has the value; where a writer said so, that stays.
    private static void Write16(byte[] record, int at, long value, bool isZip64)
    {
        if (!isZip64 || BinaryPrimitives.ReadUInt16LittleEndian(record.AsSpan(at)) != ushort.MaxValue)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(at), (ushort)Math.Min(value, ushort.MaxValue));
        }
    }

    private static void Write32(byte[] record, int at, long value, bool isZip64)
    {
        if (!isZip64 || BinaryPrimitives.ReadUInt32LittleEndian(record.AsSpan(at)) != uint.MaxValue)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(at), (uint)Math.Min(value, uint.MaxValue));
        }
    }

    private byte[] WriteZip64(long directoryOffset, long directoryBytes, long entries)
    {
        var record = Zip64Record.IsEmpty ? NewZip64Record() : Zip64Record.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(24), entries);
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(32), entries);
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(40), directoryBytes);
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(48), directoryOffset);
        var locator = new byte[Zip64LocatorBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(locator, Zip64LocatorSignature);
        BinaryPrimitives.WriteInt64LittleEndian(locator.AsSpan(8), directoryOffset + directoryBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(locator.AsSpan(16), 1);
        return [.. record, .. locator];
    }

    private static byte[] NewZip64Record()
    {
        var record = new byte[Zip64EndBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(record, Zip64EndSignature);
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(4), Zip64EndBytes - 12);
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(12), 45);
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(14), 45);
        return record;
    }

    // One candidate alone may fit: two would let two readers see two archives.
    private static ReadOnlyMemory<byte> FindEndRecord(byte[] tail)
    {
        var found = -1;
        for (var at = tail.Length - EndBytes; at >= 0; at--)
        {
            var span = tail.AsSpan(at);
            if (BinaryPrimitives.ReadUInt32LittleEndian(span) != EndSignature
                || EndBytes + BinaryPrimitives.ReadUInt16LittleEndian(span[20..]) != span.Length)
            {
                continue;
            }

            found = found < 0
                ? at
                : throw ZipErrors.Malformed($"two end records fit its end");
        }

        return found >= 0
            ? tail.AsMemory(found)
            : throw ZipErrors.Malformed($"it does not end with an end of central directory record");
    }

    private static EndOfDirectory ReadEndRecord(ReadOnlyMemory<byte> record)
    {
        var span = record.Span;
        return BinaryPrimitives.ReadUInt16LittleEndian(span[4..]) is not 0 and not ushort.MaxValue
            || BinaryPrimitives.ReadUInt16LittleEndian(span[6..]) is not 0 and not ushort.MaxValue
            ? throw ZipErrors.Unsupported($"it is a part of a split archive")
            : new EndOfDirectory(
                BinaryPrimitives.ReadUInt32LittleEndian(span[16..]),
                BinaryPrimitives.ReadUInt32LittleEndian(span[12..]),
                BinaryPrimitives.ReadUInt16LittleEndian(span[10..]),
                record,
                default);
    }

    private static async Task<long?> FindZip64Async(Stream content, long recordOffset, CancellationToken cancellationToken)
    {
        if (recordOffset < Zip64LocatorBytes)
        {
            return null;
        }

        var locator = new byte[Zip64LocatorBytes];
        content.Position = recordOffset - Zip64LocatorBytes;
        await content.ReadExactlyAsync(locator, cancellationToken).ConfigureAwait(false);
        if (BinaryPrimitives.ReadUInt32LittleEndian(locator) != Zip64LocatorSignature)
        {
            return null;
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(locator.AsSpan(4)) != 0
            || BinaryPrimitives.ReadUInt32LittleEndian(locator.AsSpan(16)) > 1)
        {
            throw ZipErrors.Unsupported($"it is a part of a split archive");
        }

        var offset = BinaryPrimitives.ReadInt64LittleEndian(locator.AsSpan(8));
        return offset >= 0 && offset <= recordOffset - Zip64LocatorBytes - Zip64EndBytes
            ? offset
            : throw ZipErrors.Malformed($"its zip64 end record at {offset} does not lie in front of the locator");
    }

    private async Task<EndOfDirectory> WithZip64Async(
        Stream content, long offset, long recordOffset, CancellationToken cancellationToken)
    {
        var size = recordOffset - Zip64LocatorBytes - offset;
        if (size > MaxZip64RecordBytes)
        {
            throw ZipErrors.Malformed($"its zip64 end record has {size} bytes");
        }

        var record = new byte[size];
        content.Position = offset;
        await content.ReadExactlyAsync(record, cancellationToken).ConfigureAwait(false);
        if (BinaryPrimitives.ReadUInt32LittleEndian(record) != Zip64EndSignature
            || BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(4)) != size - 12)
        {
            throw ZipErrors.Malformed($"its zip64 end record at {offset} is not one");
        }

        var (onDisk, entries) = (BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(24)), BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(32)));
        var (bytes, start) = (BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(40)), BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(48)));
        if (BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(16)) != 0 || onDisk != entries)
        {
            throw ZipErrors.Unsupported($"it is a part of a split archive");
        }

        // Where the end record has a value of its own, both have to agree.
        if (!Agrees(Entries, ushort.MaxValue, entries) || !Agrees(DirectoryBytes, uint.MaxValue, bytes)
            || !Agrees(DirectoryOffset, uint.MaxValue, start) || entries < 0 || bytes < 0 || start < 0 || start > offset
            || bytes > offset)
        {
            throw ZipErrors.Malformed($"its zip64 end record contradicts its end record or the file");
        }

        return this with { DirectoryOffset = start, DirectoryBytes = bytes, Entries = entries, Zip64Record = record };
    }

    private static bool Agrees(long value, long notHere, long zip64) => value == notHere || value == zip64;
}
