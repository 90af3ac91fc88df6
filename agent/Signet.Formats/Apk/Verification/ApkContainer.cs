using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Signet.Formats.Apk.Verification;

/// <summary>An APK as a verifier sees it: found from its end, with a reader of its own.</summary>
internal sealed class ApkContainer
{
    private const int EndBytes = 22;
    private const int MaxBlockBytes = 32 << 20;
    private const int ChunkBytes = 1 << 20;

    private readonly Stream _content;
    private readonly long _blockOffset;
    private readonly long _directoryOffset;
    private readonly byte[] _end;

    private ApkContainer(Stream content, long blockOffset, long directoryOffset, byte[] end, Dictionary<uint, byte[]> pairs)
    {
        _content = content;
        _blockOffset = blockOffset;
        _directoryOffset = directoryOffset;
        _end = end;
        Pairs = pairs;
    }

    /// <summary>The values of the APK Signing Block by ID; empty where there is no block.</summary>
    public IReadOnlyDictionary<uint, byte[]> Pairs { get; }

    /// <summary>Reads the end of the file and the block.</summary>
    /// <exception cref="SignatureFormatException">They break a rule.</exception>
    public static async Task<ApkContainer> OpenAsync(Stream content, CancellationToken cancellationToken)
    {
        var tail = await ReadAsync(
            content, Math.Max(0, content.Length - EndBytes - ushort.MaxValue), content.Length, cancellationToken).ConfigureAwait(false);
        var at = FindEnd(tail);
        var end = tail[at..];
        var directory = BinaryPrimitives.ReadUInt32LittleEndian(end.AsSpan(16));
        var endOffset = content.Length - end.Length;
        if ((long)directory + BinaryPrimitives.ReadUInt32LittleEndian(end.AsSpan(12)) != endOffset)
        {
            throw Malformed("its central directory does not end where the end record begins");
        }

        if (directory < 32)
        {
            return new ApkContainer(content, directory, directory, end, []);
        }

        var footer = await ReadAsync(content, directory - 24, directory, cancellationToken).ConfigureAwait(false);
        if (!footer.AsSpan(8).SequenceEqual("APK Sig Block 42"u8))
        {
            return new ApkContainer(content, directory, directory, end, []);
        }

        var size = BinaryPrimitives.ReadUInt64LittleEndian(footer);
        if (size < 24 || size > MaxBlockBytes || size > directory - 8)
        {
            throw Malformed("its signing block has a wrong size");
        }

        var start = directory - 8 - (long)size;
        var block = await ReadAsync(content, start, directory - 24, cancellationToken).ConfigureAwait(false);
        return BinaryPrimitives.ReadUInt64LittleEndian(block) == size
            ? new ApkContainer(content, start, directory, end, ReadPairs(block.AsSpan(8)))
            : throw Malformed("its signing block has two sizes");
    }

    /// <summary>An error about the APK.</summary>
    public static SignatureFormatException Malformed(string what, Exception? cause = null) =>
        new(FormatFailure.Malformed, $"This is no well-formed APK: {what}.", cause);

    /// <summary>The digest of everything but the signing block, the end record taken as if there were none.</summary>
    public async Task<byte[]> DigestAsync(HashAlgorithmName algorithm, CancellationToken cancellationToken)
    {
        var end = (byte[])_end.Clone();
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(16), (uint)_blockOffset);
        var all = new List<byte>();
        var buffer = new byte[ChunkBytes];
        var count = 0;
        foreach (var (from, to) in new[] { (0L, _blockOffset), (_directoryOffset, _content.Length - end.Length) })
        {
            _content.Position = from;
            for (var at = from; at < to; at += ChunkBytes)
            {
                var chunk = buffer.AsMemory(0, (int)Math.Min(ChunkBytes, to - at));
                await _content.ReadExactlyAsync(chunk, cancellationToken).ConfigureAwait(false);
                Add(chunk.Span);
            }
        }

        Add(end);
        return CryptographicOperations.HashData(algorithm, [0x5a, .. BitConverter.GetBytes(count), .. all]);

        void Add(ReadOnlySpan<byte> chunk)
        {
            using var hash = IncrementalHash.CreateHash(algorithm);
            hash.AppendData([0xa5, .. BitConverter.GetBytes(chunk.Length)]);
            hash.AppendData(chunk);
            all.AddRange(hash.GetHashAndReset());
            count++;
        }
    }

    // The end record whose comment reaches the end of the file; the last one, as Android looks for it.
    private static int FindEnd(byte[] tail)
    {
        for (var at = tail.Length - EndBytes; at >= 0; at--)
        {
            if (tail.AsSpan(at).StartsWith("PK\x5\x6"u8)
                && BinaryPrimitives.ReadUInt16LittleEndian(tail.AsSpan(at + 20)) == tail.Length - at - EndBytes)
            {
                return at;
            }
        }

        throw Malformed("it does not end with an end record");
    }

    private static Dictionary<uint, byte[]> ReadPairs(ReadOnlySpan<byte> pairs)
    {
        var result = new Dictionary<uint, byte[]>();
        while (pairs.Length > 0)
        {
            var length = pairs.Length >= 12 ? BinaryPrimitives.ReadUInt64LittleEndian(pairs) : 0;
            if (length < 4 || length > (ulong)(pairs.Length - 8)
                || !result.TryAdd(BinaryPrimitives.ReadUInt32LittleEndian(pairs[8..]), pairs[12..(8 + (int)length)].ToArray()))
            {
                throw Malformed("a pair of its signing block does not fit, or an ID comes twice");
            }

            pairs = pairs[(8 + (int)length)..];
        }

        return result;
    }

    private static async Task<byte[]> ReadAsync(Stream content, long from, long to, CancellationToken cancellationToken)
    {
        var bytes = new byte[to - from];
        content.Position = from;
        await content.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        return bytes;
    }
}
