using System.Buffers;
using System.IO.Compression;
using System.IO.Hashing;
using static Signet.Formats.Zip.ZipConstants;

namespace Signet.Formats.Zip;

/// <summary>Content of a new entry, as it goes into the archive.</summary>
/// <param name="Method">Compression method.</param>
/// <param name="Crc32">CRC-32 of the content.</param>
/// <param name="ContentBytes">Bytes of the content.</param>
/// <param name="Data">The content by that method; the only part of a new entry that is held in memory.</param>
internal sealed record PackedContent(ushort Method, uint Crc32, long ContentBytes, ReadOnlyMemory<byte> Data)
{
    private const int BufferBytes = 64 << 10;

    /// <summary>Packs what is in memory.</summary>
    public static PackedContent Pack(ReadOnlySpan<byte> content, bool compress)
    {
        if (!compress)
        {
            return new PackedContent(Stored, System.IO.Hashing.Crc32.HashToUInt32(content), content.Length, content.ToArray());
        }

        using var data = new MemoryStream();
        using (var deflate = new DeflateStream(data, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflate.Write(content);
        }

        return new PackedContent(Deflated, System.IO.Hashing.Crc32.HashToUInt32(content), content.Length, data.ToArray());
    }

    /// <summary>Packs a stream from where it stands to its end; only the result is held.</summary>
    /// <param name="content">Read once.</param>
    /// <param name="compress">Whether by Deflate; else stored.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="SignatureFormatException">The content has 4 GB or more, or the result 2 GB or more.</exception>
    public static async Task<PackedContent> PackAsync(Stream content, bool compress, CancellationToken cancellationToken)
    {
        var crc = new Crc32();
        long length = 0;
        using var data = new MemoryStream();
        var target = compress ? new DeflateStream(data, CompressionLevel.Optimal, leaveOpen: true) : (Stream)data;
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            int read;
            while ((read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                crc.Append(buffer.AsSpan(0, read));
                length += read;
                if (length >= uint.MaxValue || data.Length + read > Array.MaxLength)
                {
                    throw ZipErrors.Unsupported($"a changed entry would have {length} bytes or more");
                }

                await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            if (compress)
            {
                await target.DisposeAsync().ConfigureAwait(false);
            }
        }

        return new PackedContent(compress ? Deflated : Stored, crc.GetCurrentHashAsUInt32(), length, data.ToArray());
    }
}
