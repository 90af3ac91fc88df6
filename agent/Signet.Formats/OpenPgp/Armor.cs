using System.Text;

namespace Signet.Formats.OpenPgp;

/// <summary>Writes ASCII armour (RFC 9580 section 6) with its checksum, which GnuPG 2.2 writes too.</summary>
internal static class Armor
{
    private const int CharactersPerLine = 64;

    /// <summary>Wraps packets.</summary>
    /// <param name="kind">"PGP SIGNATURE" or "PGP PUBLIC KEY BLOCK".</param>
    /// <param name="packets">The packets.</param>
    public static byte[] Write(string kind, ReadOnlySpan<byte> packets)
    {
        var text = new StringBuilder().Append("-----BEGIN ").Append(kind).Append("-----\n\n");
        var base64 = Convert.ToBase64String(packets);
        for (var start = 0; start < base64.Length; start += CharactersPerLine)
        {
            text.Append(base64.AsSpan(start, Math.Min(CharactersPerLine, base64.Length - start))).Append('\n');
        }

        return Encoding.ASCII.GetBytes(text.Append('=').Append(Convert.ToBase64String(Checksum(packets)))
            .Append("\n-----END ").Append(kind).Append("-----\n").ToString());
    }

    // CRC-24 (section 6.1.1).
    private static byte[] Checksum(ReadOnlySpan<byte> packets)
    {
        var sum = 0xB704CEu;
        foreach (var value in packets)
        {
            sum ^= (uint)value << 16;
            for (var bit = 0; bit < 8; bit++)
            {
                sum = (sum & 0x800000) == 0 ? sum << 1 : ((sum & 0x7FFFFF) << 1) ^ 0x864CFB;
            }
        }

        return [(byte)(sum >> 16), (byte)((sum >> 8) & 0xFF), (byte)(sum & 0xFF)];
    }
}
