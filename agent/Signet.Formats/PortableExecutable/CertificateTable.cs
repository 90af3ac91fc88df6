using System.Buffers.Binary;
using System.Globalization;

namespace Signet.Formats.PortableExecutable;

/// <summary>The attribute certificate table at the end of a PE file: WIN_CERTIFICATE entries, each aligned to 8 bytes.</summary>
internal static class CertificateTable
{
    /// <summary>Where the table and each of its entries begin: at a multiple of this many bytes.</summary>
    public const int Alignment = 8;

    /// <summary>Largest table that is read, in bytes; real ones have some kilobytes for each signature.</summary>
    public const uint MaxBytes = 16 << 20;

    private const int HeaderBytes = 8;
    private const ushort Revision2 = 0x0200;
    private const ushort PkcsSignedData = 0x0002;

    /// <summary>How many bytes bring an offset to the next multiple of <see cref="Alignment"/>.</summary>
    public static int PaddingAt(long offset) => (int)((Alignment - (offset % Alignment)) % Alignment);

    /// <summary>Refuses a file whose certificate table ends behind the reach of offsets.</summary>
    /// <param name="end">Where it ends, or what it lies behind.</param>
    /// <exception cref="SignatureFormatException">That does not fit 32 bits.</exception>
    public static void RequirePlace(long end)
    {
        if (end > uint.MaxValue)
        {
            throw new SignatureFormatException(
                FormatFailure.Unsupported,
                "A PE file of 4 GB or more has no place for a signature: its offsets have 32 bits. Ship what is large beside the program.");
        }
    }

    /// <summary>Reads the PKCS#7 signatures of a table.</summary>
    /// <exception cref="SignatureFormatException">The table breaks a rule.</exception>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Read(ReadOnlyMemory<byte> table)
    {
        var signatures = new List<ReadOnlyMemory<byte>>();
        for (var offset = 0; offset < table.Length;)
        {
            var rest = table.Span[offset..];
            if (rest.Length < HeaderBytes)
            {
                throw Malformed($"has {rest.Length} bytes too many behind its last entry");
            }

            var length = BinaryPrimitives.ReadUInt32LittleEndian(rest);
            if (length <= HeaderBytes || length > rest.Length)
            {
                throw Malformed($"has an entry of {length} bytes at {offset}, where {rest.Length} bytes are left");
            }

            var revision = BinaryPrimitives.ReadUInt16LittleEndian(rest[4..]);
            var type = BinaryPrimitives.ReadUInt16LittleEndian(rest[6..]);
            if (revision != Revision2 || type != PkcsSignedData)
            {
                throw Malformed($"has an entry of revision 0x{revision:x} and type {type}, which is no PKCS#7 signature");
            }

            signatures.Add(table.Slice(offset + HeaderBytes, (int)length - HeaderBytes));
            offset += Math.Min((int)length + PaddingAt(length), rest.Length);
        }

        return signatures;
    }

    /// <summary>A table of these signatures.</summary>
    /// <param name="signatures">PKCS#7 signatures.</param>
    /// <param name="zerosBefore">Bytes of zero in front of it.</param>
    public static byte[] Write(IReadOnlyList<ReadOnlyMemory<byte>> signatures, int zerosBefore)
    {
        var table = new byte[zerosBefore + signatures.Sum(EntryBytes)];
        var rest = table.AsSpan(zerosBefore);
        foreach (var signature in signatures)
        {
            var length = EntryBytes(signature);
            BinaryPrimitives.WriteUInt32LittleEndian(rest, (uint)length);
            BinaryPrimitives.WriteUInt16LittleEndian(rest[4..], Revision2);
            BinaryPrimitives.WriteUInt16LittleEndian(rest[6..], PkcsSignedData);
            signature.Span.CopyTo(rest[HeaderBytes..]);
            rest = rest[length..];
        }

        return table;
    }

    // The padding belongs to the entry's length, as Windows' own signer has it.
    private static int EntryBytes(ReadOnlyMemory<byte> signature) =>
        HeaderBytes + signature.Length + PaddingAt(HeaderBytes + signature.Length);

    private static SignatureFormatException Malformed(FormattableString what) => ImageHeaders.Malformed(
        "the certificate table " + what.ToString(CultureInfo.InvariantCulture));
}
