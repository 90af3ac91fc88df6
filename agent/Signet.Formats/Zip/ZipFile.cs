using System.IO.Compression;
using static Signet.Formats.Zip.ZipConstants;

namespace Signet.Formats.Zip;

/// <summary>An archive whose structure was read.</summary>
/// <remarks>Not safe for use by several threads at once: all its streams share the one of the archive.</remarks>
internal sealed class ZipFile(Stream content, EndOfDirectory end, IReadOnlyList<ZipEntry> entries, long entriesEnd)
{
    private readonly Dictionary<string, ZipEntry> _byName = entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);

    /// <summary>The archive; its position is anywhere.</summary>
    public Stream Content => content;

    /// <summary>Length of the archive in bytes.</summary>
    public long Length { get; } = content.Length;

    /// <summary>Where the central directory lies, and the end record.</summary>
    public EndOfDirectory End => end;

    /// <summary>Entries in the order of the central directory.</summary>
    public IReadOnlyList<ZipEntry> Entries => entries;

    /// <summary>Offset behind the last entry. What lies between it and the central directory belongs to no entry.</summary>
    public long EntriesEnd => entriesEnd;

    /// <summary>
    /// Whether there are bytes that belong to no entry: in front of the first, between two, or before the directory.
    /// </summary>
    public bool HasGaps
    {
        get
        {
            long reached = 0;
            foreach (var entry in entries.OrderBy(entry => entry.Offset))
            {
                if (entry.Offset != reached)
                {
                    return true;
                }

                reached = entry.End;
            }

            return reached != end.DirectoryOffset;
        }
    }

    /// <summary>Whether it cannot do without zip64 once a signature of at most 1 MB is in it.</summary>
    /// <param name="addedEntries">How many entries the signature is.</param>
    public bool NeedsZip64WhenSigned(int addedEntries)
    {
        const int MaxSignatureBytes = 1 << 20;
        return Length + MaxSignatureBytes >= uint.MaxValue || entries.Count + addedEntries >= ushort.MaxValue;
    }

    /// <summary>The entry of this name, case counts; null for none.</summary>
    public ZipEntry? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>
    /// The content of an entry, decompressed while it is read. The end is reached only if length and CRC-32 are as stated;
    /// otherwise reading throws <see cref="SignatureFormatException"/>.
    /// </summary>
    /// <exception cref="SignatureFormatException">It is compressed by a method that is not read here.</exception>
    public Stream Open(ZipEntry entry)
    {
        var raw = OpenRaw(entry);
        return entry.Header.Method switch
        {
            Stored => new EntryStream(raw, entry),
            Deflated => OpenDeflated(entry, new EndCheckedStream(raw, entry.Header.CompressedBytes)),
            _ => throw ZipErrors.Unsupported($"entry '{entry.Name}' is compressed by method {entry.Header.Method}"),
        };
    }

    /// <summary>The content of a small entry.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="maxBytes">More than this is refused.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="SignatureFormatException">It is larger, or cannot be decompressed.</exception>
    public async Task<byte[]> ReadAllAsync(ZipEntry entry, int maxBytes, CancellationToken cancellationToken)
    {
        if (entry.ContentBytes > maxBytes)
        {
            throw ZipErrors.Unsupported($"entry '{entry.Name}' has {entry.ContentBytes} bytes, and at most {maxBytes} are read");
        }

        // Grows with what comes out, so that a wrong size costs no memory.
        using var result = new MemoryStream();
        var stream = Open(entry);
        await using (stream.ConfigureAwait(false))
        {
            await stream.CopyToAsync(result, cancellationToken).ConfigureAwait(false);
        }

        return result.ToArray();
    }

    /// <summary>Reads every entry to its end, except those of methods that are not read here.</summary>
    /// <exception cref="SignatureFormatException">One does not end as its headers say.</exception>
    public async Task RequireIntactAsync(CancellationToken cancellationToken)
    {
        foreach (var entry in entries.Where(entry => entry.Header.Method is Stored or Deflated).OrderBy(entry => entry.Offset))
        {
            var stream = Open(entry);
            await using (stream.ConfigureAwait(false))
            {
                await stream.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The bytes of an entry as they are stored.</summary>
    public Stream OpenRaw(ZipEntry entry) => new RangeStream(content, entry.DataOffset, entry.Header.CompressedBytes);

    private static EntryStream OpenDeflated(ZipEntry entry, EndCheckedStream compressed) =>
        new(new DeflateStream(compressed, CompressionMode.Decompress), entry, compressed);
}
