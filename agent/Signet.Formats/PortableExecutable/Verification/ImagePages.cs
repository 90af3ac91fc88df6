using System.Buffers.Binary;
using System.Reflection.PortableExecutable;
using System.Security.Cryptography;

namespace Signet.Formats.PortableExecutable.Verification;

/// <summary>The pages of an image as .NET's reader of headers sees them, and their hashes.</summary>
internal static class ImagePages
{
    private const int EntryBytes = sizeof(uint) + SHA256.HashSizeInBytes;

    /// <summary>Whether entries are those of the image.</summary>
    /// <param name="content">The file; it can seek.</param>
    /// <param name="headers">Its headers.</param>
    /// <param name="entries">An offset and a SHA-256 for each page, and the end.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<bool> MatchAsync(
        Stream content, PEHeaders headers, byte[] entries, CancellationToken cancellationToken)
    {
        var header = headers.PEHeader!;
        var pageBytes = headers.CoffHeader.Machine is Machine.IA64 or Machine.Alpha or Machine.Alpha64 ? 8192 : 4096;
        var headerBytes = unchecked((uint)header.SizeOfHeaders);
        if (headerBytes > pageBytes || headerBytes > content.Length || entries.Length % EntryBytes != 0)
        {
            return false;
        }

        var page = await ReadAsync(content, 0, (int)headerBytes, cancellationToken).ConfigureAwait(false);
        var checksum = headers.PEHeaderStartOffset + 64;
        var entry = headers.PEHeaderStartOffset + (header.Magic == PEMagic.PE32 ? 128 : 144);
        if (entry + 8 > page.Length || !IsEntry(entries, 0, 0, SHA256.HashData((byte[])
            [.. page[..checksum], .. page[(checksum + 4)..entry], .. page[(entry + 8)..], .. new byte[pageBytes - page.Length]])))
        {
            return false;
        }

        var number = 1;
        long end = 0;
        foreach (var section in headers.SectionHeaders)
        {
            var (offset, size) = unchecked(((uint)section.PointerToRawData, (uint)section.SizeOfRawData));
            if (offset == 0 || size == 0)
            {
                continue;
            }

            end = (long)offset + size;
            for (long at = offset; at < end; at += pageBytes)
            {
                // The entries are what the file holds, so there are no more rounds than they allow.
                if ((number + 1) * EntryBytes > entries.Length || end > content.Length)
                {
                    return false;
                }

                page = await ReadAsync(content, at, (int)Math.Min(pageBytes, end - at), cancellationToken).ConfigureAwait(false);
                Array.Resize(ref page, pageBytes);
                if (!IsEntry(entries, number++, (uint)at, SHA256.HashData(page)))
                {
                    return false;
                }
            }
        }

        return entries.Length == (number + 1) * EntryBytes && IsEntry(entries, number, (uint)end, new byte[SHA256.HashSizeInBytes]);
    }

    private static async Task<byte[]> ReadAsync(Stream content, long offset, int count, CancellationToken cancellationToken)
    {
        var bytes = new byte[count];
        content.Position = offset;
        await content.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        return bytes;
    }

    private static bool IsEntry(byte[] entries, int number, uint offset, byte[] hash)
    {
        if ((number + 1) * EntryBytes > entries.Length)
        {
            return false;
        }

        var entry = entries.AsSpan(number * EntryBytes, EntryBytes);
        return BinaryPrimitives.ReadUInt32LittleEndian(entry) == offset && entry[sizeof(uint)..].SequenceEqual(hash);
    }
}
