using System.IO.Compression;
using System.IO.Hashing;
using System.Security.Cryptography;
using Signet.Formats.Zip;

namespace Signet.Formats.Msix;

/// <summary>
/// Packs a file of a package as Microsoft's packer does: each 64 KB for itself, so that Windows can read and update single
/// blocks.
/// </summary>
/// <param name="Content">The file, packed.</param>
/// <param name="Blocks">Its blocks.</param>
internal sealed record BlockPacking(PackedContent Content, IReadOnlyList<Block> Blocks)
{
    // What closes a Deflate stream behind blocks that are complete: an empty last block of fixed codes (RFC 1951 3.2.6).
    private static ReadOnlySpan<byte> DeflateEnd => [3, 0];

    /// <summary>Packs a stream from where it stands to its end.</summary>
    /// <param name="content">The file.</param>
    /// <param name="compress">Whether by Deflate; else it is stored.</param>
    /// <param name="algorithm">Hash of the blocks.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="SignatureFormatException">It has 2 GB or more packed.</exception>
    public static async Task<BlockPacking> PackAsync(
        Stream content, bool compress, HashAlgorithmName algorithm, CancellationToken cancellationToken)
    {
        var blocks = new List<Block>();
        var crc = new Crc32();
        long length = 0;
        using var packed = new MemoryStream();
        var buffer = new byte[BlockMap.BlockBytes];
        int count;
        while ((count = await content.ReadAtLeastAsync(
            buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false)) > 0)
        {
            if (packed.Length > Array.MaxLength - (2L * BlockMap.BlockBytes))
            {
                throw new SignatureFormatException(FormatFailure.Unsupported, "A changed file of the package would have 2 GB or more.");
            }

            var before = packed.Length;
            Append(packed, buffer.AsSpan(0, count), compress);
            blocks.Add(new Block(
                CryptographicOperations.HashData(algorithm, buffer.AsSpan(0, count)), compress ? packed.Length - before : null));
            crc.Append(buffer.AsSpan(0, count));
            length += count;
        }

        if (compress)
        {
            packed.Write(DeflateEnd);
        }

        return new BlockPacking(
            new PackedContent(compress ? ZipConstants.Deflated : ZipConstants.Stored, crc.GetCurrentHashAsUInt32(), length, packed.ToArray()),
            blocks);
    }

    private static void Append(MemoryStream packed, ReadOnlySpan<byte> block, bool compress)
    {
        if (!compress)
        {
            packed.Write(block);
            return;
        }

        // Flushed to a whole byte; the end that closing adds is cut off again.
        long end;
        using (var deflate = new DeflateStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflate.Write(block);
            deflate.Flush();
            end = packed.Length;
        }

        packed.SetLength(end);
        packed.Position = end;
    }
}
