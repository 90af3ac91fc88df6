using System.Buffers.Binary;
using System.Text;

namespace Signet.Formats.Msix.Verification;

/// <summary>
/// The central directory of a signed package as bytes, read only as far as the signature needs it: where the signature
/// lies, and how directory and end records look without it.
/// </summary>
internal sealed class PackageDirectory
{
    private const int EndBytes = 22;
    private const int LocatorBytes = 20;
    private const int Zip64Bytes = 56;
    private const int HeaderBytes = 46;

    private readonly byte[] _tail;
    private readonly int _zip64At;
    private readonly int _endAt;
    private readonly List<Header> _headers = [];

    private PackageDirectory(byte[] tail, int zip64At, int endAt)
    {
        _tail = tail;
        _zip64At = zip64At;
        _endAt = endAt;
    }

    /// <summary>Offset of the signature's local header; the file's content ends there. Null where there is no signature.</summary>
    public long? SignatureOffset { get; private set; }

    /// <summary>What is wrong with the layout, one sentence each.</summary>
    public List<string> Problems { get; } = [];

    private int HeadersEnd => _zip64At >= 0 ? _zip64At : _endAt;

    /// <summary>Reads it.</summary>
    /// <exception cref="SignatureFormatException">There is none, or it breaks a rule.</exception>
    public static async Task<PackageDirectory> ReadAsync(Stream content, CancellationToken cancellationToken)
    {
        var (start, endOffset, zip64Offset) = await FindAsync(content, cancellationToken).ConfigureAwait(false);
        var tail = new byte[content.Length - start];
        content.Position = start;
        await content.ReadExactlyAsync(tail, cancellationToken).ConfigureAwait(false);
        var directory = new PackageDirectory(tail, zip64Offset is { } at ? (int)(at - start) : -1, (int)(endOffset - start));
        directory.ReadHeaders(start);
        await directory.CheckLocalHeaderAsync(content, cancellationToken).ConfigureAwait(false);
        return directory;
    }

    /// <summary>Directory and end records of the package without its signature.</summary>
    public byte[] WithoutSignature()
    {
        var signature = _headers.First(header => header.Name == PackageFiles.Signature);
        byte[] rest = [.. _tail.AsSpan(0, signature.At), .. _tail.AsSpan(signature.At + signature.Length)];
        var newStart = SignatureOffset!.Value;
        var newLength = HeadersEnd - signature.Length;
        var end = rest.AsSpan(_endAt - signature.Length);
        Change(end[8..], 2, _headers.Count - 1);
        Change(end[10..], 2, _headers.Count - 1);
        Change(end[12..], 4, newLength);
        Change(end[16..], 4, newStart);
        if (_zip64At >= 0)
        {
            var zip64 = rest.AsSpan(newLength);
            BinaryPrimitives.WriteInt64LittleEndian(zip64[24..], _headers.Count - 1);
            BinaryPrimitives.WriteInt64LittleEndian(zip64[32..], _headers.Count - 1);
            BinaryPrimitives.WriteInt64LittleEndian(zip64[40..], newLength);
            BinaryPrimitives.WriteInt64LittleEndian(zip64[48..], newStart);
            var locator = rest.AsSpan(_endAt - signature.Length - LocatorBytes);
            BinaryPrimitives.WriteInt64LittleEndian(locator[8..], newStart + newLength);
        }

        return rest;
    }

    private static async Task<(long Start, long End, long? Zip64)> FindAsync(Stream content, CancellationToken cancellationToken)
    {
        var length = content.Length;
        var last = new byte[Math.Min(length, EndBytes + LocatorBytes + Zip64Bytes)];
        content.Position = length - last.Length;
        await content.ReadExactlyAsync(last, cancellationToken).ConfigureAwait(false);

        // A package has no comment, so its end record is the end of the file.
        var endAt = last.Length - EndBytes;
        if (endAt < 0 || !last.AsSpan(endAt).StartsWith("PK\x5\x6"u8))
        {
            throw PackageErrors.Malformed("it does not end with the end record of a ZIP file");
        }

        long start = BinaryPrimitives.ReadUInt32LittleEndian(last.AsSpan(endAt + 16));
        long? zip64 = null;
        var locatorAt = endAt - LocatorBytes;
        if (locatorAt >= Zip64Bytes && last.AsSpan(locatorAt).StartsWith("PK\x6\x7"u8)
            && last.AsSpan(locatorAt - Zip64Bytes).StartsWith("PK\x6\x6"u8))
        {
            start = BinaryPrimitives.ReadInt64LittleEndian(last.AsSpan(locatorAt - Zip64Bytes + 48));
            zip64 = length - last.Length + locatorAt - Zip64Bytes;
        }

        var end = length - EndBytes;
        return start < 0 || start > (zip64 ?? end) || length - start > int.MaxValue
            ? throw PackageErrors.Malformed($"its central directory begins at {start}, which is no place for one")
            : (start, end, zip64);
    }

    private void ReadHeaders(long start)
    {
        long behind = -1;
        for (var at = 0; at < HeadersEnd;)
        {
            var span = _tail.AsSpan(at, HeadersEnd - at);
            var length = span.Length < HeaderBytes || !span.StartsWith("PK\x1\x2"u8)
                ? int.MaxValue
                : HeaderBytes + Read16(span, 28) + Read16(span, 30) + Read16(span, 32);
            if (length > span.Length)
            {
                throw PackageErrors.Malformed($"header {_headers.Count} of its central directory is not one");
            }

            var name = Encoding.UTF8.GetString(span.Slice(HeaderBytes, Read16(span, 28)));
            var offset = ReadOffset(span[..length]);
            _headers.Add(new Header(name, at, length));
            if (name == PackageFiles.Signature)
            {
                SignatureOffset = SignatureOffset is null && offset <= start
                    ? offset
                    : throw PackageErrors.Malformed("it has two signatures, or one that does not lie in front of the directory");
            }

            behind = Math.Max(behind, offset);
            at += length;
        }

        CheckEnd(start, behind);
    }

    // No hash covers the signature's own headers, so they have to say the same.
    private async Task CheckLocalHeaderAsync(Stream content, CancellationToken cancellationToken)
    {
        const int Flags = 6;
        const int Crc = 14;
        const int LocalBytes = 30;
        if (SignatureOffset is not { } offset)
        {
            return;
        }

        var name = System.Text.Encoding.ASCII.GetBytes(PackageFiles.Signature);
        var local = new byte[LocalBytes + name.Length];
        content.Position = offset;
        var count = await content.ReadAtLeastAsync(local, local.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        var central = _tail.AsSpan(_headers.First(header => header.Name == PackageFiles.Signature).At);
        var hasDescriptor = (Read16(central, 8) & 8) != 0;
        if (count < local.Length
            || !local.AsSpan().StartsWith("PK\x3\x4"u8)
            || !local.AsSpan(Flags, 4).SequenceEqual(central.Slice(8, 4))
            || (!hasDescriptor && !local.AsSpan(Crc, 12).SequenceEqual(central.Slice(16, 12)))
            || Read16(local, 26) != name.Length
            || !local.AsSpan(LocalBytes).SequenceEqual(name))
        {
            Problems.Add("The headers of the signature's file do not say the same.");
        }
    }

    private void CheckEnd(long start, long lastOffset)
    {
        var end = _tail.AsSpan(_endAt);
        if (BinaryPrimitives.ReadUInt32LittleEndian(end[4..]) != 0)
        {
            Problems.Add("The disk numbers at its end are not zero, and Windows hashes zeros there.");
        }

        if (SignatureOffset is { } signature && (lastOffset != signature || _headers[^1].Name != PackageFiles.Signature))
        {
            Problems.Add("Its signature is not the last file of the package.");
        }

        var zip64 = _zip64At >= 0 ? _tail.AsSpan(_zip64At) : default;
        var counted = _zip64At >= 0 ? BinaryPrimitives.ReadInt64LittleEndian(zip64[32..]) : Read16(end, 10);
        var length = _zip64At >= 0
            ? BinaryPrimitives.ReadInt64LittleEndian(zip64[40..])
            : BinaryPrimitives.ReadUInt32LittleEndian(end[12..]);
        if (counted != _headers.Count || length != HeadersEnd
            || (_zip64At >= 0 && BinaryPrimitives.ReadInt64LittleEndian(_tail.AsSpan(_endAt - LocatorBytes + 8)) != start + _zip64At))
        {
            throw PackageErrors.Malformed("its end records do not agree with its central directory");
        }
    }

    private static long ReadOffset(ReadOnlySpan<byte> header)
    {
        long offset = BinaryPrimitives.ReadUInt32LittleEndian(header[42..]);
        if (offset != uint.MaxValue)
        {
            return offset;
        }

        // The offset is the last 64-bit number of the zip64 field, behind the sizes that are all ones.
        var skipped = (BinaryPrimitives.ReadUInt32LittleEndian(header[20..]) == uint.MaxValue ? 8 : 0)
            + (BinaryPrimitives.ReadUInt32LittleEndian(header[24..]) == uint.MaxValue ? 8 : 0);
        var extra = header.Slice(HeaderBytes + Read16(header, 28), Read16(header, 30));
        while (extra.Length >= 4 && extra.Length - 4 >= Read16(extra, 2))
        {
            var length = Read16(extra, 2);
            if (Read16(extra, 0) == 1 && length >= skipped + 8)
            {
                return BinaryPrimitives.ReadInt64LittleEndian(extra[(4 + skipped)..]);
            }

            extra = extra[(4 + length)..];
        }

        throw PackageErrors.Malformed("a header of its central directory has no offset");
    }

    // A number that is left to the zip64 record stays so.
    private static void Change(Span<byte> field, int bytes, long value)
    {
        if (bytes == 2 && BinaryPrimitives.ReadUInt16LittleEndian(field) != ushort.MaxValue)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(field, (ushort)value);
        }
        else if (bytes == 4 && BinaryPrimitives.ReadUInt32LittleEndian(field) != uint.MaxValue)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(field, (uint)value);
        }
    }

    private static ushort Read16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private readonly record struct Header(string Name, int At, int Length);
}
