using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Signet.Formats.PortableExecutable.Verification;

/// <summary>
/// The checksum of an image as CheckSumMappedFile of Windows computes it: 16-bit words added with the carry brought round,
/// and the length of the file on top.
/// </summary>
internal sealed class WordSum
{
    private ulong _sum;

    /// <summary>Adds a piece. Every piece but the last one has an even length.</summary>
    public void Add(ReadOnlySpan<byte> piece)
    {
        // Many words at a time, each into a lane of its own: a lane of 32 bits takes 2^16 of them.
        var lanes = Vector<ushort>.Count;
        while (piece.Length >= lanes * 2)
        {
            var part = MemoryMarshal.Cast<byte, Vector<ushort>>(piece);
            part = part[..Math.Min(part.Length, 1 << 15)];
            var sums = Vector<uint>.Zero;
            foreach (var words in part)
            {
                Vector.Widen(words, out var low, out var high);
                sums += low + high;
            }

            for (var lane = 0; lane < Vector<uint>.Count; lane++)
            {
                _sum += sums[lane];
            }

            piece = piece[(part.Length * lanes * 2)..];
        }

        for (; piece.Length >= 2; piece = piece[2..])
        {
            _sum += BinaryPrimitives.ReadUInt16LittleEndian(piece);
        }

        if (piece.Length == 1)
        {
            _sum += piece[0];
        }
    }

    /// <summary>The checksum.</summary>
    /// <param name="length">Length of the file in bytes.</param>
    public uint Finish(long length)
    {
        var sum = _sum;
        while (sum >> 16 != 0)
        {
            sum = (sum & 0xffff) + (sum >> 16);
        }

        return unchecked((uint)(sum + (ulong)length));
    }
}
