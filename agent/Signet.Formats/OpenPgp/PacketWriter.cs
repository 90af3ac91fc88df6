using System.Buffers;
using System.Buffers.Binary;

namespace Signet.Formats.OpenPgp;

/// <summary>Writes what OpenPGP packets are made of (RFC 9580 sections 3 and 4).</summary>
internal sealed class PacketWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>What was written.</summary>
    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

    /// <summary>One byte.</summary>
    public PacketWriter Byte(byte value) => Bytes([value]);

    /// <summary>Bytes as they are.</summary>
    public PacketWriter Bytes(ReadOnlySpan<byte> value)
    {
        _bytes.Write(value);
        return this;
    }

    /// <summary>A number of two bytes (section 3.1).</summary>
    public PacketWriter UInt16(int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)value);
        return Bytes(bytes);
    }

    /// <summary>A number of four bytes (section 3.1).</summary>
    public PacketWriter UInt32(long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)value);
        return Bytes(bytes);
    }

    /// <summary>A time (section 3.5): seconds since 1970.</summary>
    public PacketWriter Time(DateTimeOffset value) => UInt32(value.ToUnixTimeSeconds());

    /// <summary>A multiprecision integer (section 3.2): its length in bits, then its bytes without leading zeros.</summary>
    public PacketWriter Mpi(ReadOnlySpan<byte> value)
    {
        var trimmed = value.TrimStart((byte)0);
        var bits = trimmed.IsEmpty ? 0 : (trimmed.Length * 8) - byte.LeadingZeroCount(trimmed[0]);
        return UInt16(bits).Bytes(trimmed);
    }

    /// <summary>A signature subpacket (section 5.2.3.7) of at most 190 bytes.</summary>
    public PacketWriter Subpacket(byte type, ReadOnlySpan<byte> body) =>
        Byte((byte)(body.Length + 1)).Byte(type).Bytes(body);

    /// <summary>A packet with a header that every reader knows: the old form with a length of two bytes (section 4.2.2).</summary>
    public static byte[] Packet(byte type, ReadOnlySpan<byte> body) =>
        new PacketWriter().Byte((byte)(0x81 | (type << 2))).UInt16(body.Length).Bytes(body).ToArray();
}
