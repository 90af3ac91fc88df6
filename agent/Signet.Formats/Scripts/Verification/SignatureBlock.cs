namespace Signet.Formats.Scripts.Verification;

/// <summary>The signature block of a script as a verifier finds it: by its bytes.</summary>
/// <param name="Start">Offset of the end of line in front of it.</param>
/// <param name="End">Offset of the first byte behind it.</param>
/// <param name="Signature">What its lines hold.</param>
/// <param name="Problems">What Windows would not take.</param>
internal sealed record SignatureBlock(long Start, long End, byte[] Signature, IReadOnlyList<string> Problems)
{
    private const int ChunkBytes = 64 << 10;
    private const int MaxBytes = 16 << 20;

    /// <summary>Finds it.</summary>
    /// <returns>Null where there is none.</returns>
    /// <exception cref="SignatureFormatException">There are several, or the one there is, is broken.</exception>
    public static async Task<SignatureBlock?> FindAsync(
        Stream content, ScriptText text, ScriptLanguage language, CancellationToken cancellationToken)
    {
        var found = await FindLinesAsync(content, text, language.Begin, cancellationToken).ConfigureAwait(false);
        return found.Count switch
        {
            0 => null,
            1 => await ReadAsync(content, text, language, found[0], cancellationToken).ConfigureAwait(false),
            _ => throw ScriptFormat.Malformed($"it has more than one line '{language.Begin}'"),
        };
    }

    private static async Task<SignatureBlock> ReadAsync(
        Stream content, ScriptText text, ScriptLanguage language, long begin, CancellationToken cancellationToken)
    {
        var size = content.Length - begin;
        if (size > MaxBytes && language.BlockBefore is null)
        {
            throw ScriptFormat.Malformed($"its signature block is longer than {MaxBytes} bytes");
        }

        var bytes = new byte[Math.Min(size, MaxBytes)];
        content.Position = begin;
        await content.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        var block = new BlockLines(text.Decode(bytes), language);
        var endOfLine = await EndOfLineBeforeAsync(content, text, begin, cancellationToken).ConfigureAwait(false);
        var end = begin + ((long)block.Characters * text.UnitBytes);
        var problems = new List<string>();
        if (!block.HasWindowsLines || endOfLine == "\n")
        {
            problems.Add("The lines of its signature block do not end in CR LF, so Windows does not find it.");
        }

        if (language.BlockBefore is null && end != content.Length)
        {
            problems.Add("There is something behind its signature block, which no signature covers.");
        }

        return new SignatureBlock(begin - (endOfLine.Length * text.UnitBytes), end, block.Signature, problems);
    }

    // Where a line is exactly this text; two are enough to know.
    private static async Task<List<long>> FindLinesAsync(
        Stream content, ScriptText text, string line, CancellationToken cancellationToken)
    {
        var pattern = text.Encode(line + "\n");
        var withReturn = text.Encode(line + "\r\n");
        var head = text.Encode(line);
        var found = new List<long>();
        var buffer = new byte[ChunkBytes + withReturn.Length];
        for (long offset = text.Start; offset < content.Length && found.Count < 2; offset += ChunkBytes)
        {
            content.Position = offset;
            var count = await content.ReadAtLeastAsync(buffer, buffer.Length, false, cancellationToken).ConfigureAwait(false);
            for (var from = 0; from < Math.Min(count, ChunkBytes) && found.Count < 2; from++)
            {
                var next = buffer.AsSpan(from, count - from).IndexOf(head);
                from += next;
                if (next < 0 || from >= ChunkBytes)
                {
                    break;
                }

                var rest = buffer.AsSpan(from, count - from);
                var position = offset + from;
                if ((rest.StartsWith(pattern) || rest.StartsWith(withReturn))
                    && (position - text.Start) % text.UnitBytes == 0
                    && (position == text.Start
                        || await EndOfLineBeforeAsync(content, text, position, cancellationToken).ConfigureAwait(false) != string.Empty))
                {
                    found.Add(position);
                }
            }
        }

        return found;
    }

    private static async Task<string> EndOfLineBeforeAsync(
        Stream content, ScriptText text, long offset, CancellationToken cancellationToken)
    {
        var before = new byte[Math.Min(2 * text.UnitBytes, offset - text.Start)];
        content.Position = offset - before.Length;
        await content.ReadExactlyAsync(before, cancellationToken).ConfigureAwait(false);
        var characters = text.Decode(before);
        return characters.EndsWith("\r\n", StringComparison.Ordinal) ? "\r\n" : characters.EndsWith('\n') ? "\n" : string.Empty;
    }
}
