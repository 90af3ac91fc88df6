using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Signet.Formats.Apk;

/// <summary>
/// The digest that schemes v2 and v3 sign: over the digests of all chunks of 1 MB of the entries, the central directory and the
/// end record ("APK Signature Scheme v2", section "Integrity-protected contents").
/// </summary>
internal static class ContentDigest
{
    private const int ChunkBytes = 1 << 20;
    private const byte ChunkPrefix = 0xa5;
    private const byte TopPrefix = 0x5a;

    /// <summary>Reads an APK without signing block from its start to its end.</summary>
    /// <param name="apk">The end record points at the directory, as if no block lay between.</param>
    /// <param name="directoryOffset">Offset of the central directory.</param>
    /// <param name="endOffset">Offset of the end record.</param>
    /// <param name="algorithm">SHA-256 or SHA-512.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<byte[]> ComputeAsync(
        Stream apk, long directoryOffset, long endOffset, HashAlgorithmName algorithm, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(algorithm);
        using var digests = new MemoryStream();
        var chunk = new byte[ChunkBytes];
        var count = 0;
        apk.Position = 0;
        foreach (var end in new[] { directoryOffset, endOffset, apk.Length })
        {
            while (apk.Position < end)
            {
                var length = (int)Math.Min(ChunkBytes, end - apk.Position);
                await apk.ReadExactlyAsync(chunk.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
                AppendHead(hash, ChunkPrefix, length);
                hash.AppendData(chunk, 0, length);
                digests.Write(hash.GetHashAndReset());
                count++;
            }
        }

        AppendHead(hash, TopPrefix, count);
        hash.AppendData(digests.ToArray());
        return hash.GetHashAndReset();
    }

    private static void AppendHead(IncrementalHash hash, byte prefix, int number)
    {
        Span<byte> head = stackalloc byte[5];
        head[0] = prefix;
        BinaryPrimitives.WriteInt32LittleEndian(head[1..], number);
        hash.AppendData(head);
    }
}
