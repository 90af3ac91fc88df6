namespace Signet.Formats.OpenPgp.Verification;

/// <summary>Compares the text of a document with its original, piece by piece.</summary>
internal sealed class TextComparison
{
    private readonly Stream _original;
    private byte[] _buffer = [];
    private bool _same = true;

    /// <summary>Begins with the original's first byte.</summary>
    public TextComparison(Stream original)
    {
        _original = original;
        original.Position = 0;
    }

    /// <summary>The next line of the document's text with its end.</summary>
    public async ValueTask NextAsync(ReadOnlyMemory<byte> line, CancellationToken cancellationToken)
    {
        if (!_same)
        {
            return;
        }

        // A text whose last line has no end gets one in the document.
        var wanted = (int)Math.Min(line.Length, _original.Length - _original.Position);
        if (_buffer.Length < line.Length)
        {
            _buffer = new byte[line.Length];
        }

        await _original.ReadExactlyAsync(_buffer.AsMemory(0, wanted), cancellationToken).ConfigureAwait(false);
        _same = _buffer.AsSpan(0, wanted).SequenceEqual(line.Span[..wanted])
            && (wanted == line.Length || (wanted == line.Length - 1 && line.Span[^1] == (byte)'\n'));
    }

    /// <summary>The document's text has ended: whether it is the original's, to its end.</summary>
    public bool EndsHere() => _same && _original.Position == _original.Length;
}
