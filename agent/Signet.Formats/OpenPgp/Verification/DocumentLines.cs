namespace Signet.Formats.OpenPgp.Verification;

/// <summary>Reads lines of bounded length with their ends.</summary>
internal sealed class DocumentLines(Stream document)
{
    // What GnuPG 2.2 reads as one line.
    private const int MaxLineBytes = 20_000;

    private readonly byte[] _buffer = new byte[64 << 10];
    private int _start;
    private int _end;

    /// <summary>How many bytes the lines so far have.</summary>
    public long Position { get; private set; }

    /// <summary>The next line with its line feed, which the last one may lack; null at the end. Valid until the next call.</summary>
    /// <exception cref="SignatureFormatException">The line is too long.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var held = _buffer.AsMemory(_start, _end - _start);
            var feed = held.Span.IndexOf((byte)'\n');
            if (feed >= 0 && feed < MaxLineBytes)
            {
                return Take(held[..(feed + 1)]);
            }

            if (held.Length >= MaxLineBytes)
            {
                throw new SignatureFormatException(
                    FormatFailure.Malformed,
                    $"The clear-signed document has a line of more than {MaxLineBytes} bytes at byte {Position}.");
            }

            held.CopyTo(_buffer);
            (_start, _end) = (0, held.Length);
            var count = await document.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            if (count == 0 && _end == 0)
            {
                // Not in a conditional expression: there null would become an empty line, by way of a null array.
                return null;
            }

            if (count == 0)
            {
                return Take(_buffer.AsMemory(0, _end));
            }

            _end += count;
        }
    }

    private ReadOnlyMemory<byte> Take(ReadOnlyMemory<byte> line)
    {
        _start += line.Length;
        Position += line.Length;
        return line;
    }
}
