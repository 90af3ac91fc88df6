using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Signet.Formats.Scripts;

/// <summary>The hash of a script's text in UTF-16 (little endian), read in one way.</summary>
/// <remarks>Not safe for use by several threads at once.</remarks>
internal sealed class ScriptHash(HashAlgorithmName algorithm, ScriptHash.Reading reading) : IDisposable
{
    // What Windows-1252 has in place of C1 controls; the five bytes it leaves undefined stay what they are, as
    // MultiByteToWideChar has it.
    private const string From80To9F =
        "\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f"
        + "\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178";

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(algorithm);
    private readonly Decoder? _utf8 =
        reading == Reading.Utf8 ? new UTF8Encoding(false, throwOnInvalidBytes: true).GetDecoder() : null;

    private readonly char[] _characters = new char[ScriptScanner.BufferUnits + 1];
    private readonly byte[] _bytes = new byte[(ScriptScanner.BufferUnits + 1) * 2];

    /// <summary>How the units of a script become text.</summary>
    public enum Reading
    {
        /// <summary>Units are bytes of UTF-8.</summary>
        Utf8,

        /// <summary>Units are bytes of Windows-1252.</summary>
        Windows1252,

        /// <summary>Units are those of UTF-16.</summary>
        Utf16,
    }

    /// <summary>How many UTF-16 units of text were hashed.</summary>
    public long Units { get; private set; }

    /// <summary>Whether the text can be read in this way so far.</summary>
    public bool IsValid { get; private set; } = true;

    /// <summary>Adds text.</summary>
    /// <param name="units">At most <see cref="ScriptScanner.BufferUnits"/>.</param>
    /// <param name="isEnd">Whether nothing follows.</param>
    public void Add(ReadOnlySpan<ushort> units, bool isEnd = false)
    {
        if (!IsValid)
        {
            return;
        }

        var count = reading switch
        {
            Reading.Utf8 => DecodeUtf8(units, isEnd),
            Reading.Windows1252 => DecodeWindows1252(units),
            _ => Copy(units),
        };
        for (var index = 0; index < count; index++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(index * 2), _characters[index]);
        }

        _hash.AppendData(_bytes.AsSpan(0, count * 2));
        Units += count;
    }

    /// <summary>Adds bytes that are no text.</summary>
    public void AddBytes(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);

    /// <summary>The hash.</summary>
    public byte[] Finish() => _hash.GetHashAndReset();

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    private int DecodeUtf8(ReadOnlySpan<ushort> units, bool isEnd)
    {
        Span<byte> bytes = stackalloc byte[ScriptScanner.BufferUnits];
        for (var index = 0; index < units.Length; index++)
        {
            bytes[index] = (byte)units[index];
        }

        try
        {
            return _utf8!.GetChars(bytes[..units.Length], _characters, isEnd);
        }
        catch (DecoderFallbackException)
        {
            IsValid = false;
            return 0;
        }
    }

    private int DecodeWindows1252(ReadOnlySpan<ushort> units)
    {
        for (var index = 0; index < units.Length; index++)
        {
            var unit = units[index];
            _characters[index] = unit is >= 0x80 and <= 0x9f ? From80To9F[unit - 0x80] : (char)unit;
        }

        return units.Length;
    }

    private int Copy(ReadOnlySpan<ushort> units)
    {
        for (var index = 0; index < units.Length; index++)
        {
            _characters[index] = (char)units[index];
        }

        return units.Length;
    }
}
