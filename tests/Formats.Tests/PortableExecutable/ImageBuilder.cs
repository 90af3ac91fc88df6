using System.Buffers.Binary;
using System.Text;

namespace Signet.Formats.Tests.PortableExecutable;

/// <summary>Makes small PE files, right ones and wrong ones.</summary>
internal sealed record ImageBuilder
{
    public const int PeOffset = 0x80;
    public const int OptionalHeader = PeOffset + 24;

    /// <summary>PE32+ instead of PE32.</summary>
    public bool Is64Bit { get; init; }

    public int Sections { get; init; } = 2;

    /// <summary>Bytes behind the last section.</summary>
    public int Overlay { get; init; }

    /// <summary>Offset of the certificate table's directory entry.</summary>
    public int EntryOffset => OptionalHeader + (Is64Bit ? 144 : 128);

    /// <summary>Offset of the first section header.</summary>
    public int SectionTable => OptionalHeader + OptionalHeaderBytes;

    private int OptionalHeaderBytes => Is64Bit ? 240 : 224;

    public byte[] Build()
    {
        const int HeadersBytes = 0x400;
        const int SectionBytes = 0x200;
        var image = new byte[HeadersBytes + (Sections * SectionBytes) + Overlay];
        Encoding.ASCII.GetBytes("MZ", image);
        Write32(image, 0x3c, PeOffset);
        Encoding.ASCII.GetBytes("PE", image.AsSpan(PeOffset));
        Write16(image, PeOffset + 4, Is64Bit ? 0x8664 : 0x14c);
        Write16(image, PeOffset + 6, Sections);
        Write16(image, PeOffset + 20, OptionalHeaderBytes);
        Write16(image, PeOffset + 22, 0x0102);
        Write16(image, OptionalHeader, Is64Bit ? 0x20b : 0x10b);
        Write32(image, OptionalHeader + 16, 0x1000);
        Write32(image, OptionalHeader + 32, 0x1000);
        Write32(image, OptionalHeader + 36, 0x200);
        Write16(image, OptionalHeader + 40, 6);
        Write16(image, OptionalHeader + 48, 6);
        Write32(image, OptionalHeader + 56, 0x1000 * (Sections + 1));
        Write32(image, OptionalHeader + 60, HeadersBytes);
        Write16(image, OptionalHeader + 68, 3);
        Write32(image, OptionalHeader + (Is64Bit ? 108 : 92), 16);
        for (var index = 0; index < Sections; index++)
        {
            var header = SectionTable + (index * 40);
            Encoding.ASCII.GetBytes($".s{index}", image.AsSpan(header));
            Write32(image, header + 8, SectionBytes);
            Write32(image, header + 12, 0x1000 * (index + 1));
            Write32(image, header + 16, SectionBytes);
            Write32(image, header + 20, HeadersBytes + (index * SectionBytes));
            Write32(image, header + 36, 0x60000020);
        }

        for (var offset = HeadersBytes; offset < image.Length; offset++)
        {
            image[offset] = (byte)(offset * 31 % 251);
        }

        return image;
    }

    public static void Write16(byte[] image, int offset, int value) =>
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(offset), (ushort)value);

    public static void Write32(byte[] image, int offset, long value) =>
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(offset), (uint)value);
}
