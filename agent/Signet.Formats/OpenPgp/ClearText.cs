using System.Security.Cryptography;

namespace Signet.Formats.OpenPgp;

/// <summary>
/// Reads a text once for a clear-signed document (RFC 9580 section 7): hashes its lines as section 7.2 wants them, and
/// notes which begin with a dash.
/// </summary>
internal sealed class ClearText(IncrementalHash hash)
{
    /// <summary>
    /// GnuPG 2.2 cuts lines of 20,000 bytes or more, with which no signature holds; "- " and line end are part of them.
    /// </summary>
    private const int MaxLineBytes = 19_990;

    /// <summary>Each takes an edit of its own.</summary>
    private const int MaxDashLines = 65_536;

    private readonly byte[] _pendingSpace = new byte[MaxLineBytes];
    private readonly List<long> _dashLines = [];
    private int _pendingCount;
    private int _lineBytes;
    private bool _pendingLineEnd;

    /// <summary>How many bytes were read.</summary>
    public long SizeBytes { get; private set; }

    /// <summary>Whether the text ends with a line feed.</summary>
    public bool EndsWithLineFeed { get; private set; }

    /// <summary>Where the lines begin that begin with a dash.</summary>
    public IReadOnlyList<long> DashLines => _dashLines;

    /// <summary>The next bytes.</summary>
    /// <exception cref="SignatureFormatException">It is no text that can be clear-signed.</exception>
    public void Update(ReadOnlyMemory<byte> bytes)
    {
        var span = bytes.Span;
        var start = 0;
        for (var index = 0; index < span.Length; index++)
        {
            var value = span[index];
            if (value is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            {
                Append(span[start..index]);
                start = index + 1;
                Space(value, SizeBytes + index);
                continue;
            }

            CountByte(SizeBytes + index);
            if (value == 0)
            {
                throw new SignatureFormatException(
                    FormatFailure.Unsupported, $"The file is no text: byte {SizeBytes + index} is zero. Only text is clear-signed.");
            }

            if (_lineBytes == 1 && value == (byte)'-')
            {
                NoteDash(SizeBytes + index);
            }

            FlushPending(SizeBytes + index);
        }

        Append(span[start..]);
        SizeBytes += span.Length;
        if (!span.IsEmpty)
        {
            EndsWithLineFeed = span[^1] == (byte)'\n';
        }
    }

    private void Append(ReadOnlySpan<byte> run)
    {
        if (!run.IsEmpty)
        {
            hash.AppendData(run);
        }
    }

    // White space at the end of a line is not signed; the line end is CR LF, and the last one belongs to the armour behind.
    private void Space(byte value, long offset)
    {
        if (value == (byte)'\n')
        {
            FlushLineEnd();
            _pendingLineEnd = true;
            _pendingCount = 0;
            _lineBytes = 0;
            return;
        }

        CountByte(offset);
        _pendingSpace[_pendingCount++] = value;
    }

    private void CountByte(long offset)
    {
        if (++_lineBytes > MaxLineBytes)
        {
            throw new SignatureFormatException(
                FormatFailure.Unsupported,
                $"The line at byte {offset} has more than {MaxLineBytes} bytes, which GnuPG cuts when it reads a clear-signed text. "
                + "Use format 'openpgp' for a signature in a file of its own.");
        }
    }

    private void NoteDash(long offset)
    {
        if (_dashLines.Count == MaxDashLines)
        {
            throw new SignatureFormatException(
                FormatFailure.Unsupported,
                $"More than {MaxDashLines} lines begin with a dash, which clear-signing escapes. Use format 'openpgp'.");
        }

        _dashLines.Add(offset);
    }

    private void FlushPending(long offset)
    {
        if (_pendingLineEnd || _pendingCount > 0)
        {
            FlushLineEnd();
            if (_pendingSpace.AsSpan(0, _pendingCount).Contains((byte)'\r'))
            {
                // GnuPG takes it for a character, others for a line end.
                throw new SignatureFormatException(
                    FormatFailure.Unsupported,
                    $"A carriage return stands within the line before byte {offset}, and readers of clear-signed texts do not agree "
                    + "on what that means. Use format 'openpgp' for a signature in a file of its own.");
            }

            hash.AppendData(_pendingSpace.AsSpan(0, _pendingCount));
            _pendingCount = 0;
        }
    }

    private void FlushLineEnd()
    {
        if (_pendingLineEnd)
        {
            hash.AppendData("\r\n"u8);
            _pendingLineEnd = false;
        }
    }
}
