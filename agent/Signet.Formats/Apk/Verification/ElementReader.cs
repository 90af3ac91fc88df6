using System.Buffers.Binary;

namespace Signet.Formats.Apk.Verification;

/// <summary>Reads elements with their length in front.</summary>
internal ref struct ElementReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Whether nothing is left.</summary>
    public readonly bool IsEmpty => _rest.IsEmpty;

    /// <summary>What is left.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>The next element.</summary>
    /// <exception cref="InvalidDataException">It reaches behind the end.</exception>
    public ReadOnlySpan<byte> Next()
    {
        var length = Number();
        if (length > _rest.Length)
        {
            throw new InvalidDataException("An element reaches behind the one that holds it.");
        }

        var element = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return element;
    }

    /// <summary>The next number.</summary>
    /// <exception cref="InvalidDataException">There are not four bytes left.</exception>
    public uint Number()
    {
        if (!BinaryPrimitives.TryReadUInt32LittleEndian(_rest, out var number))
        {
            throw new InvalidDataException("A number reaches behind the element that holds it.");
        }

        _rest = _rest[4..];
        return number;
    }
}
