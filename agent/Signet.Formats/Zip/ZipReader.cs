using System.Text;
using static Signet.Formats.Zip.ZipConstants;

namespace Signet.Formats.Zip;

/// <summary>
/// Reads the structure of a ZIP archive strictly, so that no two readers see two archives: the central directory ends where
/// the end record begins, every local header says what the directory says, entries do not overlap, and no name comes twice
/// (APPNOTE.TXT 6.3.10).
/// </summary>
internal static class ZipReader
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    // CP437, which APPNOTE appendix D names; part of .NET, not of its default set.
    private static readonly Encoding Cp437 = CodePagesEncodingProvider.Instance.GetEncoding(437)!;

    /// <summary>Whether a file begins as an archive with an entry, or an empty one, does.</summary>
    public static bool MatchesContent(ReadOnlySpan<byte> head) =>
        head.StartsWith("PK\x3\x4"u8) || head.StartsWith("PK\x5\x6"u8);

    /// <summary>Reads the structure; no entry's content is read.</summary>
    /// <param name="content">The archive; it can seek, and stays open as long as the result is used.</param>
    /// <param name="limits">How much is read; null for <see cref="ZipLimits.Default"/>.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="SignatureFormatException">It breaks a rule, or uses what is not signed here.</exception>
    public static async Task<ZipFile> ReadAsync(Stream content, ZipLimits? limits, CancellationToken cancellationToken)
    {
        limits ??= ZipLimits.Default;
        var end = await EndOfDirectory.ReadAsync(content, cancellationToken).ConfigureAwait(false);
        var headers = await ReadDirectoryAsync(content, end, limits, cancellationToken).ConfigureAwait(false);
        CheckSizes(headers, limits);
        var entries = new ZipEntry[headers.Count];
        var names = new HashSet<string>(StringComparer.Ordinal);

        // In the order of the file, so that a buffered stream is read forward; each ends before the next one begins.
        long reached = 0;
        foreach (var (header, index) in headers.Select((header, index) => (header, index)).OrderBy(pair => pair.header.LocalOffset))
        {
            var (name, isUtf8) = ReadName(header, index);
            if (!names.Add(name))
            {
                throw ZipErrors.Malformed($"it has two entries named '{name}'");
            }

            if (header.LocalOffset < reached)
            {
                throw ZipErrors.Malformed($"entry '{name}' overlaps the one before it");
            }

            var place = await LocalHeader.ReadAsync(content, header, name, end.DirectoryOffset, cancellationToken).ConfigureAwait(false);
            entries[index] = new ZipEntry
            {
                Name = name,
                HasUtf8Name = isUtf8,
                Header = header,
                Offset = header.LocalOffset,
                DataOffset = place.DataOffset,
                End = place.End,
            };
            reached = place.End;
        }

        return new ZipFile(content, end, entries, reached);
    }

    /// <summary>
    /// Checks structure and contents of an archive whose reader does not: .NET's takes compressed data that are cut off, or with
    /// bytes behind their end, and other readers refuse them.
    /// </summary>
    /// <exception cref="SignatureFormatException">It breaks a rule, or an entry does not end as its headers say.</exception>
    public static async Task RequireIntactAsync(Stream content, CancellationToken cancellationToken)
    {
        var archive = await ReadAsync(content, null, cancellationToken).ConfigureAwait(false);
        await archive.RequireIntactAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task<List<CentralHeader>> ReadDirectoryAsync(
        Stream content, EndOfDirectory end, ZipLimits limits, CancellationToken cancellationToken)
    {
        if (end.Entries > limits.Entries || end.DirectoryBytes > limits.DirectoryBytes)
        {
            throw ZipErrors.Unsupported(
                $"it has {end.Entries} entries in a directory of {end.DirectoryBytes} bytes, and at most {limits.Entries} in {limits.DirectoryBytes} are read");
        }

        var directory = new byte[end.DirectoryBytes];
        content.Position = end.DirectoryOffset;
        await content.ReadExactlyAsync(directory, cancellationToken).ConfigureAwait(false);
        var headers = new List<CentralHeader>();
        for (ReadOnlyMemory<byte> rest = directory; !rest.IsEmpty; rest = rest[headers[^1].Raw.Length..])
        {
            headers.Add(CentralHeader.Read(rest, headers.Count));
        }

        return headers.Count == end.Entries
            ? headers
            : throw ZipErrors.Malformed($"its central directory has {headers.Count} headers, and its end record says {end.Entries}");
    }

    private static void CheckSizes(List<CentralHeader> headers, ZipLimits limits)
    {
        long total = 0;
        foreach (var header in headers)
        {
            if (header.ContentBytes > limits.ExpandedBytes - total)
            {
                throw ZipErrors.Unsupported($"its entries have more than {limits.ExpandedBytes} bytes when decompressed");
            }

            total += header.ContentBytes;
        }
    }

    private static (string Name, bool IsUtf8) ReadName(CentralHeader header, int number)
    {
        var (name, isUtf8) = Decode(header, number);
        if (name.Length == 0 || name.Contains('\0', StringComparison.Ordinal))
        {
            throw ZipErrors.Malformed($"entry {number} has an empty name or one with a NUL");
        }

        // Readers on Windows take a backslash for a separator too (4.4.17 wants slashes).
        var segments = name.Split('/', '\\');
        return segments.Contains("..") || segments[0].Length == 0 || (segments[0].Length == 2 && segments[0][1] == ':')
            ? throw ZipErrors.Malformed($"entry '{name}' leads out of the archive")
            : (name, isUtf8);
    }

    private static (string Name, bool IsUtf8) Decode(CentralHeader header, int number)
    {
        try
        {
            return (StrictUtf8.GetString(header.Name.Span), true);
        }
        catch (DecoderFallbackException exception)
        {
            return (header.Flags & Utf8) == 0
                ? (Cp437.GetString(header.Name.Span), false)
                : throw ZipErrors.Malformed($"the name of entry {number} is no UTF-8", exception);
        }
    }
}
