using System.Buffers.Binary;
using System.Text;

namespace Signet.LargeFiles.Samples;

/// <summary>A Windows Installer package with one stream that is a hole in the file.</summary>
internal static class SparsePackage
{
    private const int SectorBytes = 4096;
    private const int PerSector = SectorBytes / 4;

    /// <summary>Writes one of version 4. The stream's chain runs through all sectors from 0 on.</summary>
    public static void Write(FileStream file, long bytes)
    {
        const uint RangeLock = (0x7FFFFF00 / SectorBytes) - 1;
        var directory = (uint)((bytes + SectorBytes - 1) / SectorBytes);

        // The stream leaves the range lock out ([MS-CFB] section 2.5).
        directory += directory > RangeLock ? 1u : 0;
        uint fatCount = 0;
        uint difatCount = 0;
        while (fatCount * PerSector < directory + 1 + fatCount + difatCount)
        {
            fatCount++;
            difatCount = fatCount <= 109 ? 0 : (fatCount - 109 + PerSector - 2) / (PerSector - 1);
        }

        var firstFat = directory + 1;
        var firstDifat = firstFat + fatCount;
        file.SetLength((firstDifat + difatCount + 1L) * SectorBytes);
        var header = new byte[SectorBytes];
        new byte[] { 0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1 }.CopyTo(header, 0);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(24), 0x000c_fffe_0004_003e);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(32), 6);
        Numbers(header, 40, 1, fatCount, directory, 0, 4096, 0xfffffffe, 0, difatCount == 0 ? 0xfffffffe : firstDifat, difatCount);
        Numbers(header, 76, [.. Enumerable.Range(0, 109).Select(index => index < fatCount ? firstFat + (uint)index : 0xffffffff)]);
        At(file, -1, header);

        var entries = new byte[SectorBytes];
        Entry(entries.AsSpan(0, 128), "Root Entry", 5, 1, 0xfffffffe, 0);
        new Guid("000c1084-0000-0000-c000-000000000046").ToByteArray().CopyTo(entries, 80);
        Entry(entries.AsSpan(128, 128), "large", 2, 0xffffffff, 0, bytes);
        At(file, directory, entries);
        for (uint index = 0; index < fatCount; index++)
        {
            var numbers = new uint[PerSector];
            for (uint entry = 0; entry < PerSector; entry++)
            {
                var sector = (index * PerSector) + entry;
                numbers[entry] = sector switch
                {
                    _ when sector == RangeLock => 0xfffffffe,
                    _ when sector == RangeLock - 1 => RangeLock + 1,
                    _ when sector < directory => sector == directory - 1 ? 0xfffffffe : sector + 1,
                    _ when sector == directory => 0xfffffffe,
                    _ when sector < firstDifat => 0xfffffffd,
                    _ when sector < firstDifat + difatCount => 0xfffffffc,
                    _ => 0xffffffff,
                };
            }

            var written = new byte[SectorBytes];
            Numbers(written, 0, numbers);
            At(file, firstFat + index, written);
        }

        for (uint index = 0; index < difatCount; index++)
        {
            var written = new byte[SectorBytes];
            Numbers(written, 0, [.. Enumerable.Range(0, PerSector - 1)
                .Select(entry => 109 + (index * (PerSector - 1)) + (uint)entry)
                .Select(number => number < fatCount ? firstFat + number : 0xffffffff)
                .Append(index == difatCount - 1 ? 0xfffffffe : firstDifat + index + 1)]);
            At(file, firstDifat + index, written);
        }
    }

    private static void Entry(Span<byte> entry, string name, byte type, uint child, uint start, long size)
    {
        Encoding.Unicode.GetBytes(name, entry);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[64..], (ushort)((name.Length * 2) + 2));
        entry[66] = type;
        entry[67] = 1;
        entry.Slice(68, 8).Fill(0xff);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[76..], child);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[116..], start);
        BinaryPrimitives.WriteInt64LittleEndian(entry[120..], size);
    }

    private static void Numbers(byte[] bytes, int offset, params uint[] numbers)
    {
        foreach (var number in numbers)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(offset), number);
            offset += 4;
        }
    }

    private static void At(FileStream file, long sector, byte[] bytes)
    {
        file.Position = (sector + 1) * SectorBytes;
        file.Write(bytes);
    }
}
