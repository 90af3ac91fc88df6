using System.Text;

namespace Signet.Formats.ClickOnce;

/// <summary>A manifest as text, from which places in it become places in the file.</summary>
/// <param name="Text">The text behind the byte order mark.</param>
/// <param name="Encoding">How it is encoded.</param>
/// <param name="MarkBytes">Length of the byte order mark.</param>
internal sealed record ManifestText(string Text, Encoding Encoding, int MarkBytes)
{
    /// <summary>Reads UTF-8, with or without byte order mark, and UTF-16 with one (XML 1.0 section 4.3.3).</summary>
    /// <exception cref="SignatureFormatException">It is something else.</exception>
    public static ManifestText Decode(byte[] bytes)
    {
        var (encoding, mark) = bytes switch
        {
            [0xff, 0xfe, ..] => ((Encoding)new UnicodeEncoding(false, false, throwOnInvalidBytes: true), 2),
            [0xfe, 0xff, ..] => (new UnicodeEncoding(true, false, throwOnInvalidBytes: true), 2),
            [0xef, 0xbb, 0xbf, ..] => (new UTF8Encoding(false, throwOnInvalidBytes: true), 3),
            _ => (new UTF8Encoding(false, throwOnInvalidBytes: true), 0),
        };
        try
        {
            return new ManifestText(encoding.GetString(bytes, mark, bytes.Length - mark), encoding, mark);
        }
        catch (DecoderFallbackException exception)
        {
            throw ClickOnceFormat.Malformed("it is neither UTF-8 nor UTF-16 with a byte order mark", exception);
        }
    }

    /// <summary>Offset in the file of a place in the text.</summary>
    public long OffsetOf(int place) => MarkBytes + Encoding.GetByteCount(Text.AsSpan(0, place));
}
