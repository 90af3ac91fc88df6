using System.Buffers;
using System.Security.Cryptography;

namespace Signet.Formats.Detached;

/// <summary>A content that was read once from its start to its end.</summary>
/// <param name="Digest">Its digest.</param>
/// <param name="SizeBytes">How long it is.</param>
internal sealed record HashedContent(byte[] Digest, long SizeBytes)
{
    private const int BufferBytes = 128 << 10;

    /// <summary>Reads and hashes.</summary>
    public static async Task<HashedContent> ReadAsync(
        Stream content, HashAlgorithmName algorithm, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(algorithm);
        var size = await ReadAsync(content, bytes => hash.AppendData(bytes.Span), cancellationToken).ConfigureAwait(false);
        return new HashedContent(hash.GetHashAndReset(), size);
    }

    /// <summary>Hands a content on in pieces.</summary>
    /// <returns>How long it is.</returns>
    public static async Task<long> ReadAsync(
        Stream content, Action<ReadOnlyMemory<byte>> take, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            long size = 0;
            int count;
            while ((count = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                take(buffer.AsMemory(0, count));
                size += count;
            }

            return size;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
