using System.Buffers.Binary;

namespace Signet.Fuzz;

/// <summary>Changes files in ways that parsers stumble over. The same seed gives the same files.</summary>
public sealed class Mutator(int seed)
{
    private static readonly uint[] Numbers =
        [0, 1, 2, 7, 8, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x1_0000, 0x10_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_fff8, 0xffff_ffff];

    private readonly Random _random = new(seed);

    /// <summary>A file with one to eight changes.</summary>
    /// <param name="file">What is changed; it stays as it is.</param>
    /// <param name="other">Where pieces come from.</param>
    public byte[] Mutate(byte[] file, byte[] other)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(other);
        var changed = (byte[])file.Clone();
        for (var count = _random.Next(1, 9); count > 0; count--)
        {
            changed = MutateOnce(changed, other);
        }

        return changed;
    }

    private byte[] MutateOnce(byte[] file, byte[] other)
    {
        if (file.Length == 0)
        {
            return Piece(other);
        }

        // Headers and tables lie at the start or at the end more often than not.
        var at = _random.Next(3) switch
        {
            0 => _random.Next(Math.Min(file.Length, 512)),
            1 => file.Length - 1 - _random.Next(Math.Min(file.Length, 512)),
            _ => _random.Next(file.Length),
        };
        switch (_random.Next(12))
        {
            case 0:
                return file[..at];
            case 1:
                var piece = Piece(other);
                return [.. file[..at], .. piece, .. file[at..]];
            case 2:
                return [.. file[..at], .. file[Math.Min(file.Length, at + _random.Next(1, 64))..]];
            case 3:
                var again = file[at..Math.Min(file.Length, at + _random.Next(1, 256))];
                return file.Length > 1 << 20 ? file : [.. file[..at], .. again, .. file[at..]];
            case 4:
                var over = Piece(other);
                over.AsSpan(0, Math.Min(over.Length, file.Length - at)).CopyTo(file.AsSpan(at));
                return file;
            case 5 or 6:
                WriteNumber(file, at);
                return file;
            case 7:
                // A digit of text that tells a size, or the next byte up.
                file[at] = file[at] is >= (byte)'0' and <= (byte)'9' ? (byte)('0' + _random.Next(10)) : unchecked((byte)(file[at] + 1));
                return file;
            case 8:
                file[at] = (byte)_random.Next(256);
                return file;
            default:
                file[at] ^= (byte)(1 << _random.Next(8));
                return file;
        }
    }

    private void WriteNumber(byte[] file, int at)
    {
        var number = _random.Next(4) == 0
            ? unchecked((uint)(file.Length + _random.Next(-16, 17)))
            : Numbers[_random.Next(Numbers.Length)];
        Span<byte> bytes = stackalloc byte[4];
        if (_random.Next(2) == 0)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, number);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        }

        // Fields lie at even offsets mostly.
        at &= ~1;
        var length = Math.Min(_random.Next(2) == 0 ? 2 : 4, file.Length - at);
        bytes[..length].CopyTo(file.AsSpan(at));
    }

    private byte[] Piece(byte[] other)
    {
        if (other.Length == 0)
        {
            return new byte[_random.Next(1, 64)];
        }

        var start = _random.Next(other.Length);
        return other[start..Math.Min(other.Length, start + _random.Next(1, 256))];
    }
}
