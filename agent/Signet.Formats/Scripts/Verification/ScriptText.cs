using System.Security.Cryptography;
using System.Text;

namespace Signet.Formats.Scripts.Verification;

/// <summary>A script's bytes as text, read with .NET's own encodings.</summary>
internal sealed class ScriptText
{
    private const int ChunkBytes = 64 << 10;

    private readonly Stream _content;
    private readonly ByteOrderMark _mark;
    private readonly Encoding _encoding;

    private ScriptText(Stream content, ByteOrderMark mark, Encoding encoding)
    {
        _content = content;
        _mark = mark;
        _encoding = encoding;
        Start = mark.Bytes();
    }

    /// <summary>Offset of the first byte behind the byte order mark.</summary>
    public int Start { get; }

    /// <summary>Whether the file has a byte order mark.</summary>
    public bool HasMark => _mark != ByteOrderMark.None;

    /// <summary>Bytes of a code unit.</summary>
    public int UnitBytes => _mark.UnitBytes();

    /// <summary>Finds out how a script is to be read.</summary>
    /// <exception cref="SignatureFormatException">Its bytes are no text of that encoding.</exception>
    public static async Task<ScriptText> OpenAsync(Stream content, UnmarkedText unmarked, CancellationToken cancellationToken)
    {
        content.Position = 0;
        var head = new byte[3];
        var count = await content.ReadAtLeastAsync(head, head.Length, false, cancellationToken).ConfigureAwait(false);
        var mark = ByteOrderMarks.Read(head.AsSpan(0, count));
        if (mark.UnitBytes() == 2)
        {
            return content.Length % 2 == 0
                ? new ScriptText(content, mark, mark == ByteOrderMark.Utf16BigEndian ? Encoding.BigEndianUnicode : Encoding.Unicode)
                : throw ScriptFormat.Malformed("it is UTF-16 and has an odd number of bytes");
        }

        if (mark == ByteOrderMark.None && unmarked == UnmarkedText.Windows1252)
        {
            return new ScriptText(content, mark, Windows1252());
        }

        var utf8 = new ScriptText(content, mark, new UTF8Encoding(false, throwOnInvalidBytes: true));
        try
        {
            await utf8.DecodeAsync(utf8.Start, content.Length, _ => { }, cancellationToken).ConfigureAwait(false);
            return utf8;
        }
        catch (DecoderFallbackException exception)
        {
            return mark == ByteOrderMark.None && unmarked == UnmarkedText.Utf8OrWindows1252
                ? new ScriptText(content, mark, Windows1252())
                : throw ScriptFormat.Malformed("it is not well-formed UTF-8", exception);
        }
    }

    /// <summary>ASCII text as bytes of this encoding.</summary>
    public byte[] Encode(string text) => _encoding.GetBytes(text);

    /// <summary>Bytes as text, whatever they are.</summary>
    public string Decode(ReadOnlySpan<byte> bytes) =>
        UnitBytes == 2 ? _encoding.GetString(bytes) : Encoding.Latin1.GetString(bytes);

    /// <summary>Hashes a part of the file as UTF-16, little endian.</summary>
    /// <returns>How many UTF-16 units it had.</returns>
    public async Task<long> HashAsync(
        IncrementalHash hash, long from, long to, CancellationToken cancellationToken)
    {
        long units = 0;
        await DecodeAsync(from, to, bytes =>
        {
            hash.AppendData(bytes);
            units += bytes.Length / 2;
        }, cancellationToken).ConfigureAwait(false);
        return units;
    }

    private static Encoding Windows1252() => CodePagesEncodingProvider.Instance.GetEncoding(1252)!;

    private async Task DecodeAsync(long from, long to, Action<byte[]> use, CancellationToken cancellationToken)
    {
        var decoder = _encoding.GetDecoder();
        var buffer = new byte[ChunkBytes];
        var characters = new char[ChunkBytes + 2];
        _content.Position = from;
        for (var left = to - from; left > 0;)
        {
            var wanted = (int)Math.Min(left, buffer.Length);
            await _content.ReadExactlyAsync(buffer.AsMemory(0, wanted), cancellationToken).ConfigureAwait(false);
            left -= wanted;

            // A surrogate without its partner is hashed as it is, so UTF-16 takes no decoder.
            if (_mark == ByteOrderMark.Utf16LittleEndian)
            {
                use(buffer[..wanted]);
            }
            else if (_mark == ByteOrderMark.Utf16BigEndian)
            {
                use([.. buffer[..wanted].Chunk(2).SelectMany(unit => unit.Reverse())]);
            }
            else
            {
                var count = decoder.GetChars(buffer.AsSpan(0, wanted), characters, left == 0);
                use(Encoding.Unicode.GetBytes(characters, 0, count));
            }
        }
    }
}
