using System.Buffers.Binary;
using System.Globalization;

namespace Signet.Formats.PortableExecutable;

/// <summary>Reads the headers of a PE file from its start up to the end of the section table.</summary>
internal static class ImageHeaders
{
    /// <summary>Bytes of the DOS header, at whose end e_lfanew lies.</summary>
    public const int DosHeaderBytes = 64;

    /// <summary>Most bytes in front of the end of the section table; real files have a few hundred.</summary>
    public const int MaxHeaderBytes = 1 << 20;

    private const int PeSignatureBytes = 4;
    private const int CoffHeaderBytes = 20;
    private const int SectionHeaderBytes = 40;
    private const ushort Pe32Magic = 0x10b;
    private const ushort Pe32PlusMagic = 0x20b;
    private const int ChecksumInOptionalHeader = 64;
    private const int SizeOfHeadersInOptionalHeader = 60;
    private const ushort Itanium = 0x200;
    private const ushort Alpha = 0x184;
    private const ushort Alpha64 = 0x284;
    private const int CertificateTableIndex = 4;
    private const int DataDirectoryBytes = 8;

    /// <summary>Offset of the PE signature.</summary>
    /// <param name="head">At least <see cref="DosHeaderBytes"/> bytes.</param>
    /// <exception cref="SignatureFormatException">It cannot be that of a PE file.</exception>
    public static int ReadPeOffset(ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith("MZ"u8))
        {
            throw Malformed("there is no MZ at its start");
        }

        var offset = BinaryPrimitives.ReadUInt32LittleEndian(head[0x3c..]);

        // Windows wants a multiple of 4; UEFI does not, and real programs for it use that. The checksum adds words of 2.
        return offset is >= DosHeaderBytes and < MaxHeaderBytes && offset % 2 == 0
            ? (int)offset
            : throw Malformed(Invariant($"e_lfanew (offset 0x3c) is 0x{offset:x}, which is no place for a PE header"));
    }

    /// <summary>How many bytes in front of the section table have to be read to know its size.</summary>
    public static int BytesToCoffHeaderEnd(int peOffset) => peOffset + PeSignatureBytes + CoffHeaderBytes;

    /// <summary>How many bytes from the start of the file to the end of the section table.</summary>
    /// <param name="head">At least as many bytes as <see cref="BytesToCoffHeaderEnd"/> says.</param>
    /// <param name="peOffset">From <see cref="ReadPeOffset"/>.</param>
    /// <exception cref="SignatureFormatException">There is no PE header.</exception>
    public static int ReadHeadersEnd(ReadOnlySpan<byte> head, int peOffset)
    {
        if (!head[peOffset..].StartsWith("PE\0\0"u8))
        {
            throw Malformed(Invariant($"there is no PE signature at offset 0x{peOffset:x}"));
        }

        var coff = head[(peOffset + PeSignatureBytes)..];
        var sections = BinaryPrimitives.ReadUInt16LittleEndian(coff[2..]);
        var optionalHeaderBytes = BinaryPrimitives.ReadUInt16LittleEndian(coff[16..]);
        return BytesToCoffHeaderEnd(peOffset) + optionalHeaderBytes + (sections * SectionHeaderBytes);
    }

    /// <summary>Reads the layout.</summary>
    /// <param name="head">The file up to the end of the section table.</param>
    /// <param name="peOffset">From <see cref="ReadPeOffset"/>.</param>
    /// <exception cref="SignatureFormatException">The headers break a rule.</exception>
    public static ImageLayout ReadLayout(ReadOnlySpan<byte> head, int peOffset)
    {
        var optionalHeader = BytesToCoffHeaderEnd(peOffset);
        var optionalHeaderBytes = BinaryPrimitives.ReadUInt16LittleEndian(head[(optionalHeader - 4)..]);
        if (optionalHeaderBytes < 2)
        {
            throw Malformed("it has no optional header, so it is an object file and no image");
        }

        var magic = BinaryPrimitives.ReadUInt16LittleEndian(head[optionalHeader..]);
        var directories = magic switch
        {
            Pe32Magic => 96,
            Pe32PlusMagic => 112,
            _ => throw Malformed(Invariant($"the optional header's magic is 0x{magic:x}, neither 0x10b nor 0x20b")),
        };
        var entry = directories + (CertificateTableIndex * DataDirectoryBytes);
        if (optionalHeaderBytes < directories)
        {
            throw Malformed(Invariant($"SizeOfOptionalHeader is {optionalHeaderBytes}, less than the {directories} bytes of its fields"));
        }

        var count = BinaryPrimitives.ReadUInt32LittleEndian(head[(optionalHeader + directories - 4)..]);
        if (count > (optionalHeaderBytes - directories) / DataDirectoryBytes)
        {
            throw Malformed(Invariant($"NumberOfRvaAndSizes is {count}, more than SizeOfOptionalHeader ({optionalHeaderBytes}) holds"));
        }

        if (count <= CertificateTableIndex)
        {
            throw Malformed(Invariant($"NumberOfRvaAndSizes is {count}, so there is no entry for a certificate table"));
        }

        var layout = new ImageLayout
        {
            ChecksumOffset = optionalHeader + ChecksumInOptionalHeader,
            CertificateEntryOffset = optionalHeader + entry,
            HeadersEnd = head.Length,
            CertificateTableOffset = BinaryPrimitives.ReadUInt32LittleEndian(head[(optionalHeader + entry)..]),
            CertificateTableSize = BinaryPrimitives.ReadUInt32LittleEndian(head[(optionalHeader + entry + 4)..]),
            HeadersSize = BinaryPrimitives.ReadUInt32LittleEndian(head[(optionalHeader + SizeOfHeadersInOptionalHeader)..]),
            PageBytes = BinaryPrimitives.ReadUInt16LittleEndian(head[(peOffset + PeSignatureBytes)..]) is Itanium or Alpha or Alpha64 ? 8192 : 4096,
            Sections = ReadSections(head[(optionalHeader + optionalHeaderBytes)..], head.Length),
        };
        CheckCertificateEntry(layout);
        return layout;
    }

    private static List<SectionContent> ReadSections(ReadOnlySpan<byte> table, int headersEnd)
    {
        var sections = new List<SectionContent>();
        for (var number = 1; number <= table.Length / SectionHeaderBytes; number++)
        {
            var header = table.Slice((number - 1) * SectionHeaderBytes, SectionHeaderBytes);
            var section = new SectionContent(
                number,
                BinaryPrimitives.ReadUInt32LittleEndian(header[20..]),
                BinaryPrimitives.ReadUInt32LittleEndian(header[16..]));

            // Without a place or a size a section has no bytes in the file.
            if (section.Offset != 0 && section.Size != 0)
            {
                sections.Add(section);
            }
        }

        sections.Sort((left, right) => left.Offset.CompareTo(right.Offset));
        var end = (long)headersEnd;
        foreach (var section in sections)
        {
            if (section.Offset < end)
            {
                throw Malformed(Invariant($"section {section.Number} begins at 0x{section.Offset:x}, inside of what ends at 0x{end:x}"));
            }

            end = section.End;
        }

        return sections;
    }

    private static void CheckCertificateEntry(ImageLayout layout)
    {
        var (offset, size) = (layout.CertificateTableOffset, layout.CertificateTableSize);
        if ((offset == 0) != (size == 0))
        {
            throw Malformed(Invariant($"the certificate table has offset 0x{offset:x} and size {size}; one of the two is missing"));
        }

        var contentEnd = layout.Sections.Count > 0 ? layout.Sections[^1].End : layout.HeadersEnd;
        if (size != 0 && (offset % 8 != 0 || offset < contentEnd))
        {
            throw Malformed(Invariant($"the certificate table's offset 0x{offset:x} is not a multiple of 8 behind the sections, which end at 0x{contentEnd:x}"));
        }
    }

    /// <summary>The error for a file that breaks a rule.</summary>
    /// <param name="what">What is wrong, in one clause.</param>
    public static SignatureFormatException Malformed(string what) =>
        new(FormatFailure.Malformed, $"This is no well-formed PE file: {what}.");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
