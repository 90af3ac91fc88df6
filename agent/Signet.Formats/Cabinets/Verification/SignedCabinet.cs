using System.Globalization;

namespace Signet.Formats.Cabinets.Verification;

/// <summary>A cabinet with its signature, as a verifier sees it.</summary>
/// <param name="Signature">PKCS#7, and zeros behind it; empty for none.</param>
/// <param name="HashedRanges">From where up to where the digest covers the file.</param>
/// <param name="Problems">What is wrong with the layout of the file.</param>
internal sealed record SignedCabinet(
    byte[] Signature, IReadOnlyList<(long Start, long End)> HashedRanges, IReadOnlyList<string> Problems)
{
    private const int MaxSignatureBytes = 16 << 20;

    /// <summary>Reads the header.</summary>
    /// <exception cref="SignatureFormatException">It is broken.</exception>
    public static SignedCabinet Open(Stream content)
    {
        var header = Read(content, 0, 36);
        if (!header.AsSpan().StartsWith("MSCF"u8))
        {
            throw Malformed($"it does not begin with MSCF");
        }

        var end = BitConverter.ToUInt32(header, 8);
        if ((BitConverter.ToUInt16(header, 30) & 4) == 0)
        {
            return new SignedCabinet([], [], []);
        }

        var reserveBytes = BitConverter.ToUInt16(Read(content, 36, 2));
        if (reserveBytes < 4)
        {
            return new SignedCabinet([], [], []);
        }

        var reserve = Read(content, 40, reserveBytes);
        var (kept, used) = (BitConverter.ToUInt16(reserve, 0), BitConverter.ToUInt16(reserve, 2));
        if (4 + kept + used > reserve.Length)
        {
            throw Malformed($"its reserved area of {reserve.Length} bytes holds two pieces of {kept} and {used}");
        }

        var problems = new List<string>();
        var signature = reserve[(4 + kept)..(4 + kept + used)];
        if (used == 16)
        {
            signature = ReadPointed(content, signature, end, problems);
        }
        else if (content.Length != end)
        {
            problems.Add("There are bytes behind the cabinet, which no signature covers.");
        }

        // Not the checksum at 4, the sizes of the reserved areas at 36 and what the reserved area holds for the signature.
        (long Start, long End)[] hashed = [(0, 4), (8, 36), (40, 42), (44, 44 + kept), (40 + reserveBytes, Math.Min(end, content.Length))];
        if (end < 40 + reserveBytes)
        {
            throw Malformed($"its size is {end}, and its header is longer");
        }

        return new SignedCabinet(signature, hashed, problems);
    }

    /// <summary>The error for a file that breaks a rule.</summary>
    public static SignatureFormatException Malformed(FormattableString what) =>
        new(FormatFailure.Malformed, $"This is no well-formed cabinet: {what.ToString(CultureInfo.InvariantCulture)}.");

    private static byte[] ReadPointed(Stream content, byte[] pointer, uint end, List<string> problems)
    {
        var (offset, length) = (BitConverter.ToUInt32(pointer, 0), BitConverter.ToUInt32(pointer, 4));
        if (offset == 0 && length == 0)
        {
            return [];
        }

        if ((long)offset + length > content.Length || length is 0 or > MaxSignatureBytes)
        {
            throw Malformed($"its signature ({length} bytes from 0x{offset:x} on) does not lie in the file");
        }

        if (offset != end)
        {
            problems.Add("The signature does not lie where the cabinet ends.");
        }

        if ((long)offset + length != content.Length)
        {
            problems.Add("There are bytes behind the signature, which it does not cover.");
        }

        return Read(content, offset, (int)length);
    }

    private static byte[] Read(Stream content, long offset, int count)
    {
        var bytes = new byte[count];
        content.Position = offset;
        return content.ReadAtLeast(bytes, count, throwOnEndOfStream: false) == count
            ? bytes
            : throw Malformed($"it ends before 0x{offset + count:x}");
    }
}
