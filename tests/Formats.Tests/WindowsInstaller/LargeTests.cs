using System.Buffers.Binary;
using System.Text;
using Signet.Formats.Tests.Signers;
using Signet.Formats.WindowsInstaller;

namespace Signet.Formats.Tests.WindowsInstaller;

/// <summary>A package of more than 4 GB is signed and verified without memory growing with it.</summary>
[CancelAfter(300_000)]
[NonParallelizable]
public sealed class LargeTests
{
    private const int SectorBytes = 4096;
    private const int PerSector = SectorBytes / 4;
    private const long StreamBytes = 4_300_000_000;

    [Test]
    public async Task SignAndVerify_OfAPackageAboveFourGigabytes_TakeLittleMemory(CancellationToken cancellationToken)
    {
        await using var bench = await FormatBench.StartAsync();
        using var signer = InMemorySigner.Create(bench.Authority, "p256");
        var path = bench.Directory.File("large.msi");
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
        Write(file);
        var format = new WindowsInstallerFormat();

        var before = GC.GetTotalAllocatedBytes(precise: true);
        var prepared = await format.PrepareAsync(file, FormatBench.Choices(), cancellationToken);
        var edits = await prepared.SignAsync(signer, null, cancellationToken);
        await using var signed = new EditedStream(file, edits, leaveOpen: true);
        var report = await format.VerifyAsync(signed, bench.Trust, cancellationToken);
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;

        Assert.That(report.Signatures.Single().Problems, Is.Empty);
        Assert.That(signed.Length, Is.GreaterThan(uint.MaxValue));
        Assert.That(edits.Sum(edit => edit.Inserted.Length), Is.LessThan(64 << 10));

        // Everything that was ever allocated, not only what is kept.
        Assert.That(allocated, Is.LessThan(128L << 20));
    }

    // Version 4, one stream that is a hole in the file. Its chain runs through all sectors from 0 on.
    private static void Write(FileStream file)
    {
        // One more than the stream has: it leaves the range lock out.
        var directory = (uint)((StreamBytes + SectorBytes - 1) / SectorBytes) + 1;
        uint fatCount = 0;
        uint difatCount = 0;
        while (fatCount * PerSector < directory + 1 + fatCount + difatCount)
        {
            fatCount++;
            difatCount = fatCount <= 109 ? 0 : (fatCount - 109 + PerSector - 2) / (PerSector - 1);
        }

        var firstFat = directory + 1;
        var firstDifat = firstFat + fatCount;
        const uint RangeLock = (0x7FFFFF00 / SectorBytes) - 1;
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
        Entry(entries.AsSpan(128, 128), "large", 2, 0xffffffff, 0, StreamBytes);
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

            var bytes = new byte[SectorBytes];
            Numbers(bytes, 0, numbers);
            At(file, firstFat + index, bytes);
        }

        for (uint index = 0; index < difatCount; index++)
        {
            var bytes = new byte[SectorBytes];
            Numbers(bytes, 0, [.. Enumerable.Range(0, PerSector - 1)
                .Select(entry => 109 + (index * (PerSector - 1)) + (uint)entry)
                .Select(number => number < fatCount ? firstFat + number : 0xffffffff)
                .Append(index == difatCount - 1 ? 0xfffffffe : firstDifat + index + 1)]);
            At(file, firstDifat + index, bytes);
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
