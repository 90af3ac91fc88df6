using System.Buffers.Binary;
using System.Globalization;

namespace Signet.Formats.WindowsInstaller.Compound;

/// <summary>The header of a compound file ([MS-CFB] section 2.2). Changes to it stay in memory.</summary>
internal sealed class CompoundHeader
{
    /// <summary>Bytes of the header; in a file of version 4 zeros follow up to the first sector.</summary>
    public const int Bytes = 512;

    /// <summary>Entries of the DIFAT that lie in the header.</summary>
    public const int DifatEntries = 109;

    /// <summary>Streams that are smaller lie in the mini stream.</summary>
    public const int MiniStreamCutoff = 4096;

    private readonly byte[] _original;
    private readonly byte[] _bytes;

    private CompoundHeader(byte[] bytes)
    {
        _original = bytes;
        _bytes = (byte[])bytes.Clone();
    }

    /// <summary>The first eight bytes of every compound file.</summary>
    public static ReadOnlySpan<byte> Magic => [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

    /// <summary>3 or 4.</summary>
    public int MajorVersion => BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(26));

    /// <summary>512 in version 3, 4096 in version 4.</summary>
    public int SectorBytes => MajorVersion == 3 ? 512 : 4096;

    /// <summary>Sectors of the directory; counted in version 4 alone.</summary>
    public uint DirectorySectors { get => Read(40); set => Write(40, value); }

    /// <summary>Sectors of the FAT.</summary>
    public uint FatSectors { get => Read(44); set => Write(44, value); }

    /// <summary>Where the directory begins.</summary>
    public uint FirstDirectorySector => Read(48);

    /// <summary>Where the mini FAT begins.</summary>
    public uint FirstMiniFatSector { get => Read(60); set => Write(60, value); }

    /// <summary>Sectors of the mini FAT.</summary>
    public uint MiniFatSectors { get => Read(64); set => Write(64, value); }

    /// <summary>Where the DIFAT goes on.</summary>
    public uint FirstDifatSector { get => Read(68); set => Write(68, value); }

    /// <summary>Sectors of the DIFAT outside of the header.</summary>
    public uint DifatSectors { get => Read(72); set => Write(72, value); }

    /// <summary>Reads it.</summary>
    /// <exception cref="SignatureFormatException">It breaks a rule.</exception>
    public static CompoundHeader Open(Stream content)
    {
        var bytes = new byte[Bytes];
        content.Position = 0;
        if (content.ReadAtLeast(bytes, Bytes, throwOnEndOfStream: false) < Bytes)
        {
            throw Malformed($"it ends inside of its header of 512 bytes");
        }

        if (!bytes.AsSpan().StartsWith(Magic))
        {
            throw Malformed($"it does not begin as a compound file");
        }

        var header = new CompoundHeader(bytes);
        header.Check();
        return header;
    }

    /// <summary>Entry of the DIFAT in the header: the number of a sector of the FAT.</summary>
    public uint GetDifat(int index) => Read(76 + (index * 4));

    /// <summary>Changes an entry of the DIFAT in the header.</summary>
    public void SetDifat(int index, uint sector) => Write(76 + (index * 4), sector);

    /// <summary>What changed since it was read.</summary>
    public IEnumerable<Edit> ToEdits() => ByteChanges.Between(_original, _bytes, 0);

    /// <summary>The error for a file that breaks a rule.</summary>
    /// <param name="what">What is wrong, in one clause.</param>
    public static SignatureFormatException Malformed(FormattableString what) => new(
        FormatFailure.Malformed,
        $"This is no well-formed compound file: {what.ToString(CultureInfo.InvariantCulture)}.");

    private void Check()
    {
        if (MajorVersion is not (3 or 4))
        {
            throw Malformed($"its major version (offset 26) is {MajorVersion}, neither 3 nor 4");
        }

        if (BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(28)) != 0xfffe)
        {
            throw Malformed($"its byte order (offset 28) is not 0xfffe");
        }

        var shift = BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(30));
        if (shift != (MajorVersion == 3 ? 9 : 12))
        {
            throw Malformed($"its sector shift (offset 30) is {shift}, which version {MajorVersion} does not have");
        }

        if (BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(32)) != 6 || Read(56) != MiniStreamCutoff)
        {
            throw Malformed($"its mini sectors are not of 64 bytes (offset 32), or not for streams below 4096 (offset 56)");
        }
    }

    private uint Read(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(offset));

    private void Write(int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(offset), value);
}
