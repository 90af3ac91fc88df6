using System.Buffers.Binary;

namespace Signet.LargeFiles.Samples;

/// <summary>A PE file of any size.</summary>
internal static class SparseImage
{
    private const int SectionHeaderBytes = 40;
    private const int SizeOfRawData = 16;
    private const int PointerToRawData = 20;

    /// <summary>One whose last section is a hole but for its start.</summary>
    public static void Write(FileStream file, long bytes)
    {
        var image = Seed.Read("pe");
        var header = LastSection(image);
        var start = BinaryPrimitives.ReadUInt32LittleEndian(header[PointerToRawData..]);
        BinaryPrimitives.WriteUInt32LittleEndian(header[SizeOfRawData..], (uint)(bytes - start));
        file.Write(image);
        file.SetLength(bytes);
    }

    /// <summary>One with a hole behind its sections, where installers put what they unpack.</summary>
    public static void WriteOverlay(FileStream file, long bytes) => Seed.WriteBefore("pe")(file, bytes);

    private static Span<byte> LastSection(byte[] image)
    {
        var coff = BinaryPrimitives.ReadInt32LittleEndian(image.AsSpan(0x3c)) + 4;
        var count = BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan(coff + 2));
        var optionalBytes = BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan(coff + 16));
        return image.AsSpan(coff + 20 + optionalBytes + ((count - 1) * SectionHeaderBytes), SectionHeaderBytes);
    }
}
