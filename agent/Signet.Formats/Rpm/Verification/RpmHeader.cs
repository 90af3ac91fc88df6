using System.Buffers.Binary;

namespace Signet.Formats.Rpm.Verification;

/// <summary>A header of a package that lies in a seekable file; its store is read only where it is asked for.</summary>
internal sealed class RpmHeader
{
    private const int EntryBytes = 16;
    private const int MaxEntries = 0xFFFF;

    private readonly Stream _package;
    private readonly byte[] _index;
    private readonly long _store;

    private RpmHeader(Stream package, long start, byte[] index, long store, long end)
    {
        _package = package;
        Start = start;
        _index = index;
        _store = store;
        End = end;
    }

    /// <summary>Where its magic number stands.</summary>
    public long Start { get; }

    /// <summary>Where its store ends.</summary>
    public long End { get; }

    /// <summary>Reads the header's index.</summary>
    /// <exception cref="SignatureFormatException">There is no header, or it does not fit the file.</exception>
    public static async Task<RpmHeader> ReadAsync(Stream package, long start, CancellationToken cancellationToken)
    {
        var intro = await ReadAtAsync(package, start, EntryBytes, cancellationToken).ConfigureAwait(false);
        var count = BinaryPrimitives.ReadUInt32BigEndian(intro.AsSpan(8));
        long size = BinaryPrimitives.ReadUInt32BigEndian(intro.AsSpan(12));
        var store = start + EntryBytes + (EntryBytes * (long)count);
        if (BinaryPrimitives.ReadUInt32BigEndian(intro) != 0x8EADE801 || count is 0 or > MaxEntries || store + size > package.Length)
        {
            throw Malformed($"has no header at byte {start} that fits the file");
        }

        var index = await ReadAtAsync(package, start + EntryBytes, (int)count * EntryBytes, cancellationToken).ConfigureAwait(false);
        return new RpmHeader(package, start, index, store, store + size);
    }

    /// <summary>The only entry with this tag; null where there is none.</summary>
    /// <exception cref="SignatureFormatException">There are several: readers would not agree on which one counts.</exception>
    public (int Type, long Offset, int Count)? Find(int tag)
    {
        (int, long, int)? found = null;
        for (var at = 0; at < _index.Length; at += EntryBytes)
        {
            var entry = _index.AsSpan(at, EntryBytes);
            if (BinaryPrimitives.ReadInt32BigEndian(entry) == tag)
            {
                found = found is null
                    ? (BinaryPrimitives.ReadInt32BigEndian(entry[4..]), BinaryPrimitives.ReadUInt32BigEndian(entry[8..]),
                        BinaryPrimitives.ReadInt32BigEndian(entry[12..]))
                    : throw Malformed($"has tag {tag} twice in one header");
            }
        }

        return found;
    }

    /// <summary>Bytes of the store.</summary>
    /// <exception cref="SignatureFormatException">They lie outside it.</exception>
    public Task<byte[]> ReadAsync(long offset, int count, CancellationToken cancellationToken) =>
        count >= 0 && offset <= End - _store && count <= End - _store - offset
            ? ReadAtAsync(_package, _store + offset, count, cancellationToken)
            : throw Malformed("has an entry outside its header");

    /// <summary>Hands on bytes of the package.</summary>
    public async Task HandOnAsync(long from, long to, Action<ReadOnlyMemory<byte>> take, CancellationToken cancellationToken)
    {
        _package.Position = from;
        var buffer = new byte[64 << 10];
        for (var left = to - from; left > 0;)
        {
            var part = buffer.AsMemory(0, (int)Math.Min(buffer.Length, left));
            await _package.ReadExactlyAsync(part, cancellationToken).ConfigureAwait(false);
            take(part);
            left -= part.Length;
        }
    }

    /// <summary>The typed error.</summary>
    public static SignatureFormatException Malformed(string what) => new(FormatFailure.Malformed, $"The RPM {what}.");

    private static async Task<byte[]> ReadAtAsync(Stream package, long offset, int count, CancellationToken cancellationToken)
    {
        if (offset > package.Length - count)
        {
            throw Malformed($"is cut off: {count} bytes at byte {offset} are missing");
        }

        var bytes = new byte[count];
        package.Position = offset;
        await package.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        return bytes;
    }
}
