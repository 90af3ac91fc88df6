using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Signet.Formats.Scripts;

/// <summary>Reads a script once from its start to its end and computes what its signature signs.</summary>
internal static class ScriptReader
{
    private const int ChunkBytes = 64 << 10;

    // Windows' signers refuse shorter files.
    private const int MinBytes = 4;

    /// <summary>Reads to the end.</summary>
    /// <exception cref="SignatureFormatException">The script cannot be signed.</exception>
    public static async Task<ReadScript> ReadAsync(
        Stream content, ScriptLanguage language, HashAlgorithmName algorithm, CancellationToken cancellationToken)
    {
        var buffer = new byte[ChunkBytes];
        var count = await content.ReadAtLeastAsync(buffer, buffer.Length, false, cancellationToken).ConfigureAwait(false);
        if (count < MinBytes)
        {
            throw new SignatureFormatException(
                FormatFailure.Unsupported, $"A script of less than {MinBytes} bytes cannot be signed: Windows does not take it.");
        }

        var mark = ByteOrderMarks.Read(buffer.AsSpan(0, count));
        var hashes = Readings(mark, language).Select(reading => new ScriptHash(algorithm, reading)).ToList();
        try
        {
            var scanner = new ScriptScanner(language, hashes);
            if (language.SignsByteOrderMark && mark != ByteOrderMark.None)
            {
                hashes.ForEach(hash => hash.AddBytes([0xff, 0xfe]));
            }

            var start = mark.Bytes();
            while (count > 0)
            {
                Scan(scanner, buffer.AsSpan(start, count - start), mark);
                start = 0;
                if (language is { SignsPosition: true, BlockBefore: null })
                {
                    // Rather than at the end of a file that may be very long.
                    RequirePosition(hashes.Min(hash => hash.Units));
                }

                count = await content.ReadAtLeastAsync(buffer, buffer.Length, false, cancellationToken).ConfigureAwait(false);
            }

            scanner.Finish();
            return Finish(scanner, hashes, language, mark);
        }
        finally
        {
            hashes.ForEach(hash => hash.Dispose());
        }
    }

    private static void RequirePosition(long position)
    {
        if (position > int.MaxValue)
        {
            throw new SignatureFormatException(
                FormatFailure.Unsupported, "A script of more than 2^31 characters cannot be signed: the position of the signature has 32 bits.");
        }
    }

    // Whether text without a mark is UTF-8 shows at its end only, so both readings are hashed.
    private static ScriptHash.Reading[] Readings(ByteOrderMark mark, ScriptLanguage language) => mark switch
    {
        ByteOrderMark.Utf16LittleEndian or ByteOrderMark.Utf16BigEndian => [ScriptHash.Reading.Utf16],
        ByteOrderMark.Utf8 => [ScriptHash.Reading.Utf8],
        _ when language.Unmarked == UnmarkedText.Windows1252 => [ScriptHash.Reading.Windows1252],
        _ => [ScriptHash.Reading.Utf8, ScriptHash.Reading.Windows1252],
    };

    private static void Scan(ScriptScanner scanner, ReadOnlySpan<byte> bytes, ByteOrderMark mark)
    {
        if (mark.UnitBytes() == 1)
        {
            foreach (var value in bytes)
            {
                scanner.Add(value);
            }

            return;
        }

        // Chunks and mark have even lengths, so an odd one is the file's.
        if (bytes.Length % 2 != 0)
        {
            throw ScriptFormat.Malformed("it is UTF-16 and has an odd number of bytes");
        }

        for (; !bytes.IsEmpty; bytes = bytes[2..])
        {
            scanner.Add(mark == ByteOrderMark.Utf16LittleEndian
                ? BinaryPrimitives.ReadUInt16LittleEndian(bytes)
                : BinaryPrimitives.ReadUInt16BigEndian(bytes));
        }
    }

    private static ReadScript Finish(
        ScriptScanner scanner, List<ScriptHash> hashes, ScriptLanguage language, ByteOrderMark mark)
    {
        var chosen = hashes.FindIndex(hash => hash.IsValid);
        if (chosen < 0)
        {
            throw ScriptFormat.Malformed("its byte order mark says UTF-8, and it is not that");
        }

        if (language.BlockBefore is { } before && scanner.BeforeIndex is null)
        {
            throw ScriptFormat.Malformed($"it has no {before}, in front of which the signature goes");
        }

        var hash = hashes[chosen];
        if (language.SignsPosition)
        {
            var position = language.BlockBefore is null ? hash.Units : scanner.UnitsBefore[chosen];
            RequirePosition(position);
            var encoded = new byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(encoded, (int)position);
            hash.AddBytes(encoded);
        }

        var blockStart = scanner.BlockStart ?? scanner.Count;
        var blockEnd = scanner.BlockStart is null ? blockStart : scanner.BlockEnd;
        return new ReadScript(
            mark,
            OffsetOf(language.BlockBefore is null ? blockStart : scanner.BeforeIndex!.Value),
            OffsetOf(blockStart),
            OffsetOf(blockEnd),
            scanner.BlockStart is null ? null : Decode(scanner.Base64),
            hash.Finish());

        long OffsetOf(long unit) => mark.Bytes() + (unit * mark.UnitBytes());
    }

    private static byte[] Decode(string base64)
    {
        try
        {
            return Convert.FromBase64String(base64);
        }
        catch (FormatException exception)
        {
            throw ScriptFormat.Malformed("its signature block is no base64", exception);
        }
    }
}

/// <summary>What is known of a script that was read.</summary>
/// <param name="Mark">Its byte order mark.</param>
/// <param name="InsertAt">Offset in bytes where a signature block goes.</param>
/// <param name="BlockStart">Offset of the block that is there; where a block would go for none.</param>
/// <param name="BlockEnd">Offset of the first byte behind it.</param>
/// <param name="Signature">The signature that is there; null for none.</param>
/// <param name="Digest">What is signed.</param>
internal sealed record ReadScript(
    ByteOrderMark Mark, long InsertAt, long BlockStart, long BlockEnd, byte[]? Signature, byte[] Digest);
