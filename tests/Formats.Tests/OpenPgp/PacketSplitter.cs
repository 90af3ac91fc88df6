using System.Buffers.Binary;

namespace Signet.Formats.Tests.OpenPgp;

/// <summary>Splits a binary OpenPGP key into its packets (RFC 9580 section 4.2), to put other keys together from them.</summary>
internal static class PacketSplitter
{
    public static List<(int Tag, byte[] Packet)> Split(byte[] packets)
    {
        var result = new List<(int, byte[])>();
        for (var rest = packets.AsSpan(); rest.Length > 0;)
        {
            var (tag, total) = Measure(rest);
            result.Add((tag, rest[..total].ToArray()));
            rest = rest[total..];
        }

        return result;
    }

    private static (int Tag, int Total) Measure(ReadOnlySpan<byte> packet)
    {
        if ((packet[0] & 0x40) == 0)
        {
            var tag = (packet[0] >> 2) & 0x0F;
            return (packet[0] & 3) switch
            {
                0 => (tag, 2 + packet[1]),
                1 => (tag, 3 + BinaryPrimitives.ReadUInt16BigEndian(packet[1..])),
                _ => (tag, 5 + (int)BinaryPrimitives.ReadUInt32BigEndian(packet[1..])),
            };
        }

        return (packet[0] & 0x3F, packet[1] switch
        {
            < 192 => 2 + packet[1],
            < 224 => 3 + ((packet[1] - 192) << 8) + packet[2] + 192,
            _ => 6 + (int)BinaryPrimitives.ReadUInt32BigEndian(packet[2..]),
        });
    }
}
