using System.Buffers.Binary;

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
        ulong sum = 0;
        while (piece.Length >= 2)
        {
            sum += BinaryPrimitives.ReadUInt16LittleEndian(piece);
            piece = piece[2..];
        }

        if (piece.Length == 1)
        {
            sum += piece[0];
        }

        _sum += sum;
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
