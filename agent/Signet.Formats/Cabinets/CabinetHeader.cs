using System.Buffers.Binary;
using System.Globalization;

namespace Signet.Formats.Cabinets;

/// <summary>
/// CFHEADER of a cabinet up to its names ([MS-CAB] section 2.1), and its reserved area as Authenticode uses it: two lengths
/// of 16 bits, what belongs to the content, and what belongs to the signature. The latter is 16 bytes that say where the
/// signature lies, or the signature itself.
/// </summary>
internal sealed class CabinetHeader
{
    /// <summary>Bytes in front of the reserved area's sizes.</summary>
    public const int FixedBytes = 36;

    /// <summary>Sizes of the reserved areas: cbCFHeader, cbCFFolder, cbCFData.</summary>
    public const int SizesBytes = 4;

    /// <summary>Where the signature lies and how long it is, 32 bits each, and 8 bytes of zeros.</summary>
    public const int PointerBytes = 16;

    private const int LengthsBytes = 4;
    private const ushort HasPrevious = 1;
    private const ushort HasNext = 2;
    private const ushort HasReserve = 4;

    private readonly byte[] _fixed;
    private readonly byte[] _reserve = [];

    /// <summary>Reads it.</summary>
    /// <param name="fixedPart">The first 36 bytes.</param>
    /// <param name="sizes">The 4 bytes behind them; empty where <see cref="IsReservePresent"/> says that there are none.</param>
    /// <param name="reserve">The reserved area of the header.</param>
    /// <exception cref="SignatureFormatException">It breaks a rule.</exception>
    public CabinetHeader(byte[] fixedPart, byte[] sizes, byte[] reserve)
    {
        _fixed = fixedPart;
        Sizes = sizes;
        _reserve = reserve;
        if (!fixedPart.AsSpan().StartsWith("MSCF"u8) || fixedPart[24] != 3 || fixedPart[25] != 1)
        {
            throw Malformed($"it does not begin as a cabinet of version 1.3");
        }

        if (FilesOffset > CabinetSize || Length > CabinetSize)
        {
            throw Malformed($"its files begin at 0x{FilesOffset:x}, behind its end at 0x{CabinetSize:x}, or its header does not fit it");
        }

        if (reserve.Length > 0 && (reserve.Length < LengthsBytes || LengthsBytes + ContentLength + SignatureLength > reserve.Length))
        {
            throw new SignatureFormatException(FormatFailure.Unsupported,
                $"The cabinet's reserved area of {reserve.Length} bytes holds something else than the places for a signature, so there is none for it.");
        }
    }

    /// <summary>Size of the cabinet without a signature behind it.</summary>
    public uint CabinetSize => BinaryPrimitives.ReadUInt32LittleEndian(_fixed.AsSpan(8));

    /// <summary>Offset of the first CFFILE.</summary>
    public uint FilesOffset => BinaryPrimitives.ReadUInt32LittleEndian(_fixed.AsSpan(16));

    /// <summary>How many CFFOLDER there are.</summary>
    public int Folders => BinaryPrimitives.ReadUInt16LittleEndian(_fixed.AsSpan(26));

    /// <summary>How many zero-terminated names follow: of a previous and a next cabinet, each with its disk.</summary>
    public int Names => ((Flags & HasPrevious) == 0 ? 0 : 2) + ((Flags & HasNext) == 0 ? 0 : 2);

    /// <summary>Bytes that each CFFOLDER has more.</summary>
    public int FolderReserve => Sizes.Length == 0 ? 0 : Sizes[2];

    /// <summary>cbCFHeader, cbCFFolder and cbCFData; empty where there are none.</summary>
    public byte[] Sizes { get; }

    /// <summary>Bytes up to the names.</summary>
    public int Length => FixedBytes + Sizes.Length + _reserve.Length;

    /// <summary>How much longer it has to be for a signature.</summary>
    public int Growth => NeededLength - Length;

    /// <summary>Where the signature behind the cabinet lies; null where there is none.</summary>
    public (uint Offset, uint Length)? Pointer
    {
        get
        {
            if (SignatureLength != PointerBytes)
            {
                return null;
            }

            var pointer = _reserve.AsSpan(LengthsBytes + ContentLength);
            var offset = BinaryPrimitives.ReadUInt32LittleEndian(pointer);
            var length = BinaryPrimitives.ReadUInt32LittleEndian(pointer[4..]);
            return offset == 0 && length == 0 ? null : (offset, length);
        }
    }

    /// <summary>The signature in the reserved area itself, as early signers put it; empty for none.</summary>
    public ReadOnlyMemory<byte> Inline => SignatureLength is 0 or PointerBytes
        ? default
        : _reserve.AsMemory(LengthsBytes + ContentLength, SignatureLength);

    private ushort Flags => BinaryPrimitives.ReadUInt16LittleEndian(_fixed.AsSpan(30));

    private int ContentLength => _reserve.Length == 0 ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(_reserve);

    private int SignatureLength => _reserve.Length == 0 ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(_reserve.AsSpan(2));

    private int NeededLength => FixedBytes + SizesBytes + Math.Max(_reserve.Length, LengthsBytes + ContentLength + PointerBytes);

    /// <summary>Whether sizes of reserved areas follow the first 36 bytes.</summary>
    public static bool IsReservePresent(ReadOnlySpan<byte> fixedPart) =>
        (BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[30..]) & HasReserve) != 0;

    /// <summary>
    /// What is hashed of the header in the signed file: all of the first 36 bytes but the checksum that nobody uses, and of the
    /// reserved area what belongs to the content.
    /// </summary>
    public byte[] HashedBytes()
    {
        var signed = SignedFixed();
        return [.. signed[..4], .. signed[8..], .. ContentReserve()];
    }

    /// <summary>What is hashed of the header as it is, for a catalog.</summary>
    public byte[] HashedBytesAsIs() =>
        [.. _fixed[..4], .. _fixed[8..], .. ContentLength + SignatureLength == 0 ? [] : ContentReserve()];

    /// <summary>The header up to the names as it is in the signed file.</summary>
    /// <param name="signatureBytes">Length of the signature.</param>
    public byte[] Sign(int signatureBytes)
    {
        var sizes = Sizes.Length == 0 ? new byte[SizesBytes] : (byte[])Sizes.Clone();
        var reserve = new byte[NeededLength - FixedBytes - SizesBytes];
        BinaryPrimitives.WriteUInt16LittleEndian(sizes, (ushort)reserve.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(reserve, (ushort)ContentLength);
        BinaryPrimitives.WriteUInt16LittleEndian(reserve.AsSpan(2), PointerBytes);
        _reserve.AsSpan(Math.Min(LengthsBytes, _reserve.Length), ContentLength).CopyTo(reserve.AsSpan(LengthsBytes));
        var pointer = reserve.AsSpan(LengthsBytes + ContentLength);
        BinaryPrimitives.WriteUInt32LittleEndian(pointer, (uint)(CabinetSize + Growth));
        BinaryPrimitives.WriteUInt32LittleEndian(pointer[4..], (uint)signatureBytes);
        return [.. SignedFixed(), .. sizes, .. reserve];
    }

    /// <summary>The error for a file that breaks a rule.</summary>
    /// <param name="what">What is wrong, in one clause.</param>
    public static SignatureFormatException Malformed(FormattableString what) =>
        new(FormatFailure.Malformed, $"This is no well-formed cabinet: {what.ToString(CultureInfo.InvariantCulture)}.");

    private byte[] SignedFixed()
    {
        var bytes = (byte[])_fixed.Clone();
        if (CabinetSize + (long)Growth > uint.MaxValue || FilesOffset + (long)Growth > uint.MaxValue)
        {
            throw new SignatureFormatException(
                FormatFailure.Unsupported, "A cabinet of 4 GB or more has no place for a signature: its offsets have 32 bits.");
        }

        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), (uint)(CabinetSize + Growth));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(16), (uint)(FilesOffset + Growth));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(30), (ushort)(Flags | HasReserve));
        return bytes;
    }

    private byte[] ContentReserve()
    {
        var bytes = new byte[2 + ContentLength];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)ContentLength);
        _reserve.AsSpan(Math.Min(LengthsBytes, _reserve.Length), ContentLength).CopyTo(bytes.AsSpan(2));
        return bytes;
    }
}
