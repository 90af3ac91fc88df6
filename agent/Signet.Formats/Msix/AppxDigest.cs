using System.Security.Cryptography;

namespace Signet.Formats.Msix;

/// <summary>
/// What the signature of an app package says of its content: "APPX", then parts of four letters and a hash each. AXPC is
/// over all local records but the signature's, AXCD over the directory up to the end of the file as if there were no
/// signature, AXCT, AXBM and AXCI over the unpacked content types, block map and code integrity catalog.
/// </summary>
/// <param name="Records">AXPC.</param>
/// <param name="Directory">AXCD.</param>
/// <param name="ContentTypes">AXCT.</param>
/// <param name="BlockMap">AXBM.</param>
/// <param name="CodeIntegrity">AXCI; null for a package without such a catalog.</param>
internal sealed record AppxDigest(
    byte[] Records, byte[] Directory, byte[] ContentTypes, byte[] BlockMap, byte[]? CodeIntegrity)
{
    /// <summary>The bytes that are signed in place of a digest.</summary>
    public byte[] Encode()
    {
        using var encoded = new MemoryStream();
        encoded.Write("APPX"u8);
        Write(encoded, "AXPC"u8, Records);
        Write(encoded, "AXCD"u8, Directory);
        Write(encoded, "AXCT"u8, ContentTypes);
        Write(encoded, "AXBM"u8, BlockMap);
        if (CodeIntegrity is not null)
        {
            Write(encoded, "AXCI"u8, CodeIntegrity);
        }

        return encoded.ToArray();
    }

    /// <summary>Hashes a stream from where it stands.</summary>
    /// <param name="hash">Gets the bytes.</param>
    /// <param name="content">The stream.</param>
    /// <param name="length">How many bytes.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="EndOfStreamException">There are fewer bytes.</exception>
    public static async Task AppendAsync(
        IncrementalHash hash, Stream content, long length, CancellationToken cancellationToken)
    {
        var buffer = new byte[80 << 10];
        while (length > 0)
        {
            var count = (int)Math.Min(buffer.Length, length);
            await content.ReadExactlyAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            hash.AppendData(buffer, 0, count);
            length -= count;
        }
    }

    private static void Write(MemoryStream encoded, ReadOnlySpan<byte> name, byte[] hash)
    {
        encoded.Write(name);
        encoded.Write(hash);
    }
}
