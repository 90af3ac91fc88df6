using System.Buffers.Binary;

namespace Signet.Formats.Rpm;

/// <summary>The signature header of a package, read and written anew.</summary>
internal sealed class SignatureHeader
{
    /// <summary>Magic, reserved bytes, number of entries, size of the store.</summary>
    public const int IntroBytes = 16;

    private const int EntryBytes = 16;

    private readonly IReadOnlyList<RpmEntry> _entries;
    private readonly int _totalBytes;

    private SignatureHeader(IReadOnlyList<RpmEntry> entries, int totalBytes)
    {
        _entries = entries;
        _totalBytes = totalBytes;
    }

    /// <summary>How many bytes bring a header of this size to a multiple of 8.</summary>
    public static int PaddingOf(int totalBytes) => (8 - (totalBytes % 8)) % 8;

    /// <summary>Whether it holds an OpenPGP signature.</summary>
    public bool IsSigned => _entries.Any(entry => RpmTags.IsSignature(entry.Tag));

    /// <summary>Reads it.</summary>
    /// <param name="header">From its magic to the end of its store.</param>
    /// <param name="count">Number of entries.</param>
    /// <exception cref="SignatureFormatException">An entry lies outside its store.</exception>
    public static SignatureHeader Parse(ReadOnlyMemory<byte> header, int count)
    {
        var store = header[(IntroBytes + (count * EntryBytes))..];
        var raw = new List<(int Tag, int Type, int Offset, int Count)>();
        for (var index = 0; index < count; index++)
        {
            var entry = header.Span.Slice(IntroBytes + (index * EntryBytes), EntryBytes);
            raw.Add((Int(entry), Int(entry[4..]), Int(entry[8..]), Int(entry[12..])));
        }

        // The region is written anew, around everything.
        return new SignatureHeader(
            [.. raw.Where(entry => entry.Tag != RpmTags.HeaderSignatures).Select(entry =>
                new RpmEntry(entry.Tag, entry.Type, entry.Count, DataOf(entry.Tag, entry.Type, entry.Offset, entry.Count, store)))],
            header.Length);
    }

    /// <summary>The header with one signature in the place of all that are there, and its padding.</summary>
    /// <remarks>It keeps its size where the room that rpmbuild reserves, or an old signature's, is enough.</remarks>
    public byte[] WithSignature(int tag, byte[] packet)
    {
        var entries = _entries
            .Where(entry => !RpmTags.IsSignature(entry.Tag) && entry.Tag != RpmTags.ReservedSpace)
            .Append(new RpmEntry(tag, RpmTags.Bytes, packet.Length, packet))
            .OrderBy(entry => entry.Tag).ToList();
        var room = _totalBytes - Write(entries).Length - EntryBytes;
        if (room > 0)
        {
            entries.Add(new RpmEntry(RpmTags.ReservedSpace, RpmTags.Bytes, room, new byte[room]));
        }

        var written = Write([.. entries.OrderBy(entry => entry.Tag)]);
        return [.. written, .. new byte[PaddingOf(written.Length)]];
    }

    // A region's entry stands first; its trailer ends the store and points back over all entries.
    private static byte[] Write(List<RpmEntry> entries)
    {
        using var store = new MemoryStream();
        var offsets = new List<int>();
        foreach (var entry in entries)
        {
            while (store.Length % entry.Alignment != 0)
            {
                store.WriteByte(0);
            }

            offsets.Add((int)store.Length);
            store.Write(entry.Data.Span);
        }

        var count = entries.Count + 1;
        var trailer = (int)store.Length;
        store.Write(Entry(RpmTags.HeaderSignatures, RpmTags.Bytes, -count * EntryBytes, EntryBytes));

        using var header = new MemoryStream();
        header.Write([0x8E, 0xAD, 0xE8, 0x01, 0, 0, 0, 0]);
        header.Write(BigEndian(count));
        header.Write(BigEndian((int)store.Length));
        header.Write(Entry(RpmTags.HeaderSignatures, RpmTags.Bytes, trailer, EntryBytes));
        for (var index = 0; index < entries.Count; index++)
        {
            header.Write(Entry(entries[index].Tag, entries[index].Type, offsets[index], entries[index].Count));
        }

        store.WriteTo(header);
        return header.ToArray();
    }

    private static ReadOnlyMemory<byte> DataOf(int tag, int type, int offset, int count, ReadOnlyMemory<byte> store)
    {
        if (offset < 0 || offset > store.Length || count < 1)
        {
            throw Malformed(tag);
        }

        var rest = store[offset..];
        var length = type switch
        {
            1 or 2 or 7 => count,
            3 => 2L * count,
            4 => 4L * count,
            5 => 8L * count,
            6 or 8 or 9 => StringBytes(rest.Span, type == 6 ? 1 : count),
            _ => throw Malformed(tag),
        };
        return length >= 0 && length <= rest.Length ? rest[..(int)length] : throw Malformed(tag);
    }

    private static long StringBytes(ReadOnlySpan<byte> store, int count)
    {
        var length = 0;
        for (var index = 0; index < count; index++)
        {
            var end = store[length..].IndexOf((byte)0);
            if (end < 0)
            {
                return -1;
            }

            length += end + 1;
        }

        return length;
    }

    private static byte[] Entry(int tag, int type, int offset, int count) =>
        [.. BigEndian(tag), .. BigEndian(type), .. BigEndian(offset), .. BigEndian(count)];

    private static byte[] BigEndian(int value)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private static int Int(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt32BigEndian(bytes);

    private static SignatureFormatException Malformed(int tag) => new(
        FormatFailure.Malformed, $"Entry {tag} of the RPM's signature header lies outside it or has an unknown type.");
}
