using System.Buffers.Binary;

namespace Signet.Formats.Apk;

/// <summary>
/// The APK Signing Block between the entries of an APK and its central directory: pairs of an ID and a value, with the block's
/// size at both ends and a magic behind it (source.android.com, "APK Signature Scheme v2", section "APK Signing Block").
/// </summary>
internal static class SigningBlock
{
    /// <summary>ID of the signatures of scheme v2.</summary>
    public const uint SchemeV2 = 0x7109871a;

    /// <summary>ID of the signatures of scheme v3.</summary>
    public const uint SchemeV3 = 0xf05368c0;

    /// <summary>ID of the signatures of scheme v3.1, which has rotated keys.</summary>
    public const uint SchemeV31 = 0x1b93ad61;

    private const int FooterBytes = 24;
    private const int MaxBytes = 32 << 20;

    private static ReadOnlySpan<byte> Magic => "APK Sig Block 42"u8;

    /// <summary>Finds the block in front of the central directory.</summary>
    /// <returns>Where it begins, and the IDs in it; null where there is none.</returns>
    /// <exception cref="SignatureFormatException">There is one, and it breaks a rule.</exception>
    public static async Task<(long Offset, IReadOnlyList<uint> Ids)?> FindAsync(
        Stream content, long entriesEnd, long directoryOffset, CancellationToken cancellationToken)
    {
        if (directoryOffset - entriesEnd < FooterBytes + 8)
        {
            return null;
        }

        var footer = new byte[FooterBytes];
        content.Position = directoryOffset - FooterBytes;
        await content.ReadExactlyAsync(footer, cancellationToken).ConfigureAwait(false);
        if (!footer.AsSpan(8).SequenceEqual(Magic))
        {
            return null;
        }

        // The size does not count its own first copy.
        var size = BinaryPrimitives.ReadUInt64LittleEndian(footer);
        if (size < FooterBytes || size > MaxBytes || (long)size > directoryOffset - entriesEnd - 8)
        {
            throw Malformed($"has a size of {size} bytes");
        }

        var offset = directoryOffset - 8 - (long)size;
        var block = new byte[8 + (int)size];
        content.Position = offset;
        await content.ReadExactlyAsync(block, cancellationToken).ConfigureAwait(false);
        return BinaryPrimitives.ReadUInt64LittleEndian(block) == size
            ? (offset, ReadIds(block.AsSpan(8..^FooterBytes)))
            : throw Malformed($"has two sizes");
    }

    /// <summary>A block of these pairs.</summary>
    public static byte[] Write(params IReadOnlyList<(uint Id, byte[] Value)> pairs)
    {
        using var content = new MemoryStream();
        Span<byte> head = stackalloc byte[12];
        foreach (var (id, value) in pairs)
        {
            BinaryPrimitives.WriteInt64LittleEndian(head, value.Length + 4L);
            BinaryPrimitives.WriteUInt32LittleEndian(head[8..], id);
            content.Write(head);
            content.Write(value);
        }

        var size = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(size, content.Length + FooterBytes);
        return [.. size, .. content.ToArray(), .. size, .. Magic];
    }

    private static List<uint> ReadIds(ReadOnlySpan<byte> pairs)
    {
        var ids = new List<uint>();
        while (!pairs.IsEmpty)
        {
            var length = pairs.Length < 12 ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(pairs);
            if (length < 4 || length > (ulong)pairs.Length - 8)
            {
                throw Malformed($"has a pair of {length} bytes where {pairs.Length} are left");
            }

            ids.Add(BinaryPrimitives.ReadUInt32LittleEndian(pairs[8..]));
            pairs = pairs[(8 + (int)length)..];
        }

        return ids;
    }

    private static SignatureFormatException Malformed(FormattableString what) => new(
        FormatFailure.Malformed, $"The APK Signing Block {FormattableString.Invariant(what)}.");
}
