using System.Numerics;
using System.Runtime.InteropServices;

namespace Signet.Formats.PortableExecutable;

/// <summary>
/// The checksum of a PE image: the sum of its 16-bit little-endian words with the carry added in at the low end, the
/// CheckSum field taken as zero, plus the length of the file ("PE Format", optional header; MapFileAndCheckSum).
/// </summary>
/// <remarks>Not safe for use by several threads at once.</remarks>
internal struct ImageChecksum
{
    private ulong _sum;
    private long _length;

    /// <summary>Adds the bytes that follow those added before.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        // Up to a multiple of 4 one by one; then whole words, because 2^16 is 1 modulo 2^16 - 1.
        var index = 0;
        while (index < bytes.Length && _length % 4 != 0)
        {
            AddByte(bytes[index++]);
        }

        var vectors = MemoryMarshal.Cast<byte, Vector<uint>>(bytes[index..]);
        var sums = Vector<ulong>.Zero;
        foreach (var words in vectors)
        {
            // At most 2^31 / 4 words of 32 bits: no overflow of 64.
            Vector.Widen(words, out var low, out var high);
            sums += low + high;
        }

        for (var lane = 0; lane < Vector<ulong>.Count; lane++)
        {
            _sum = Fold(_sum + Fold(sums[lane]));
        }

        var summed = vectors.Length * Vector<byte>.Count;
        _length += summed;
        foreach (var value in bytes[(index + summed)..])
        {
            AddByte(value);
        }
    }

    /// <summary>Adds bytes that were added as zeros before, from a multiple of 2 on.</summary>
    public void AddInPlace(ReadOnlySpan<byte> bytes)
    {
        var length = _length;
        _length = 0;
        Add(bytes);
        _length = length;
    }

    /// <summary>Adds zeros.</summary>
    /// <param name="count">How many.</param>
    public void AddZeros(long count) => _length += count;

    /// <summary>The checksum of all bytes that were added.</summary>
    public readonly uint Finish() => unchecked((uint)((long)Fold(_sum) + _length));

    private void AddByte(byte value)
    {
        _sum = Fold(_sum + (_length % 2 == 0 ? value : (ulong)value << 8));
        _length++;
    }

    private static ulong Fold(ulong sum)
    {
        while (sum > 0xffff)
        {
            sum = (sum & 0xffff) + (sum >> 16);
        }

        return sum;
    }
}
