using System.Buffers.Binary;
using System.Text;

namespace Signet.Formats.Tests.WindowsInstaller;

/// <summary>Makes compound files of either version, with streams and storages as asked for.</summary>
internal sealed class CompoundBuilder
{
    private const uint EndOfChain = 0xFFFFFFFE;
    private const uint Free = 0xFFFFFFFF;

    private readonly List<byte[]> _sectors = [];
    private readonly List<uint> _fat = [];

    private int SectorBytes => Version == 3 ? 512 : 4096;

    public int Version { get; init; } = 3;

    /// <summary>Class id of the root; that of a package.</summary>
    public Guid ClassId { get; init; } = new("000c1084-0000-0000-c000-000000000046");

    /// <summary>Content by name; "A/B" lies in storage A.</summary>
    public Dictionary<string, byte[]> Streams { get; init; } = new(StringComparer.Ordinal)
    {
        ["\u0005SummaryInformation"] = Bytes(300),
        ["䡀䌏䈯"] = Bytes(100),
        ["empty"] = [],
        ["large"] = Bytes(9000),
        ["cutoff"] = Bytes(4096),
        ["below"] = Bytes(4095),
        ["Sub/one"] = Bytes(70),
        ["Sub/two"] = Bytes(5000),
    };

    /// <summary>A multiple of this many sectors is what the file has, filled up by a stream "filler".</summary>
    public int FillToSectors { get; init; }

    /// <summary>Leaves as many sectors in the middle of the file free.</summary>
    public int FreeSectors { get; init; }

    public static byte[] Bytes(int count) => [.. Enumerable.Range(0, count).Select(index => (byte)(((index * 7) + count) % 251))];

    public byte[] Build()
    {
        if (FillToSectors == 0)
        {
            return BuildOnce(Streams);
        }

        // The filler's own sectors need more FAT and DIFAT; it takes a few rounds until all fits.
        var size = 4096;
        while (true)
        {
            var file = BuildOnce(new(Streams, StringComparer.Ordinal) { ["filler"] = new byte[size] });
            var missing = FillToSectors - ((file.Length / SectorBytes) - 1);
            if (missing == 0)
            {
                return file;
            }

            if (missing < 0)
            {
                throw new InvalidOperationException($"{FillToSectors} sectors cannot be met.");
            }

            // From below, since each sector of the FAT that comes in with it counts too.
            size += Math.Max(1, (missing * 125 / 128) - 2) * SectorBytes;
        }
    }

    private byte[] BuildOnce(Dictionary<string, byte[]> streams)
    {
        _sectors.Clear();
        _fat.Clear();
        var entries = new List<(string Path, byte[] Raw)> { (string.Empty, Entry("Root Entry", 5)) };
        ClassId.ToByteArray().CopyTo(entries[0].Raw, 80);
        var mini = new MemoryStream();
        var miniFat = new List<uint>();
        foreach (var storage in streams.Keys.Where(name => name.Contains('/', StringComparison.Ordinal)).Select(name => name.Split('/')[0]).Distinct())
        {
            var entry = Entry(storage, 1);
            new Guid("11111111-2222-3333-4444-555555555555").ToByteArray().CopyTo(entry, 80);
            BinaryPrimitives.WriteInt64LittleEndian(entry.AsSpan(108), 131_000_000_000_000_000);
            entries.Add((storage, entry));
        }

        foreach (var (path, content) in streams)
        {
            var entry = Entry(path.Split('/')[^1], 2);
            var start = EndOfChain;
            if (content.Length >= 4096)
            {
                start = Append(content);
            }
            else if (content.Length > 0)
            {
                start = (uint)miniFat.Count;
                for (var offset = 0; offset < content.Length; offset += 64)
                {
                    mini.Write(content.AsSpan(offset, Math.Min(64, content.Length - offset)));
                    mini.SetLength((mini.Length + 63) / 64 * 64);
                    mini.Position = mini.Length;
                    miniFat.Add(offset + 64 >= content.Length ? EndOfChain : (uint)miniFat.Count + 1);
                }
            }

            BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(116), start);
            BinaryPrimitives.WriteInt64LittleEndian(entry.AsSpan(120), content.Length);
            entries.Add((path, entry));
        }

        for (var index = 0; index < FreeSectors; index++)
        {
            _sectors.Add(Bytes(SectorBytes));
            _fat.Add(Free);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(entries[0].Raw.AsSpan(116), Append(mini.ToArray()));
        BinaryPrimitives.WriteInt64LittleEndian(entries[0].Raw.AsSpan(120), mini.Length);
        foreach (var parent in entries.Where(entry => entry.Raw[66] != 2))
        {
            var members = entries.Where(entry => entry.Path.Length > 0
                && (parent.Path.Length == 0 ? !entry.Path.Contains('/', StringComparison.Ordinal) : entry.Path.StartsWith(parent.Path + "/", StringComparison.Ordinal)));
            Write32(parent.Raw, 76, Tree(entries, [.. members.OrderBy(member => member.Path.Length).ThenBy(member => member.Path.ToUpperInvariant(), StringComparer.Ordinal)]));
        }

        var perDirectorySector = SectorBytes / 128;
        while (entries.Count % perDirectorySector != 0)
        {
            var unused = new byte[128];
            unused.AsSpan(68, 12).Fill(0xff);
            entries.Add(("\0", unused));
        }

        var directory = Append([.. entries.SelectMany(entry => entry.Raw)]);
        var miniFatCount = (miniFat.Count + (SectorBytes / 4) - 1) / (SectorBytes / 4);
        var miniFatStart = Append(Numbers(miniFat, miniFatCount * SectorBytes / 4));
        return Finish(directory, entries.Count / perDirectorySector, miniFatStart, miniFatCount);
    }

    private byte[] Finish(uint directory, int directorySectors, uint miniFat, int miniFatSectors)
    {
        var perSector = SectorBytes / 4;
        var (fatCount, difatCount) = (0, 0);
        while ((fatCount * perSector) < _sectors.Count + fatCount + difatCount)
        {
            fatCount++;
            difatCount = fatCount <= 109 ? 0 : (fatCount - 109 + perSector - 2) / (perSector - 1);
        }

        var firstFat = (uint)_sectors.Count;
        var fatSectors = Enumerable.Range(0, fatCount).Select(index => firstFat + (uint)index).ToList();
        var firstDifat = firstFat + (uint)fatCount;
        _fat.AddRange(Enumerable.Repeat(0xFFFFFFFD, fatCount));
        _fat.AddRange(Enumerable.Repeat(0xFFFFFFFC, difatCount));
        var fat = Numbers(_fat, fatCount * perSector);
        var header = new byte[SectorBytes];
        new byte[] { 0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1 }.CopyTo(header, 0);
        Write16(header, 24, 0x3e);
        Write16(header, 26, Version);
        Write16(header, 28, 0xfffe);
        Write16(header, 30, Version == 3 ? 9 : 12);
        Write16(header, 32, 6);
        Write32(header, 40, Version == 3 ? 0u : (uint)directorySectors);
        Write32(header, 44, (uint)fatCount);
        Write32(header, 48, directory);
        Write32(header, 56, 4096);
        Write32(header, 60, miniFat);
        Write32(header, 64, (uint)miniFatSectors);
        Write32(header, 68, difatCount == 0 ? EndOfChain : firstDifat);
        Write32(header, 72, (uint)difatCount);
        Numbers(fatSectors.Take(109), 109).CopyTo(header, 76);

        using var file = new MemoryStream();
        file.Write(header);
        _sectors.ForEach(sector => file.Write(sector));
        file.Write(fat);
        for (var index = 0; index < difatCount; index++)
        {
            var numbers = Numbers(fatSectors.Skip(109 + (index * (perSector - 1))).Take(perSector - 1), perSector);
            Write32(numbers, SectorBytes - 4, index == difatCount - 1 ? EndOfChain : firstDifat + (uint)index + 1);
            file.Write(numbers);
        }

        return file.ToArray();
    }

    private uint Append(byte[] content)
    {
        if (content.Length == 0)
        {
            return EndOfChain;
        }

        var first = (uint)_sectors.Count;
        for (var offset = 0; offset < content.Length; offset += SectorBytes)
        {
            var sector = new byte[SectorBytes];
            content.AsSpan(offset, Math.Min(SectorBytes, content.Length - offset)).CopyTo(sector);
            _sectors.Add(sector);
            _fat.Add(offset + SectorBytes >= content.Length ? EndOfChain : (uint)_sectors.Count);
        }

        return first;
    }

    // Balanced; the entries of the lowest level are red where it is not full.
    private static uint Tree(List<(string Path, byte[] Raw)> entries, List<(string Path, byte[] Raw)> sorted)
    {
        var levels = (int)Math.Floor(Math.Log2(sorted.Count + 0.5)) + 1;
        return Tree(entries, sorted, 0, (1 << levels) == sorted.Count + 1 ? -1 : levels - 1);
    }

    private static uint Tree(List<(string Path, byte[] Raw)> entries, List<(string Path, byte[] Raw)> sorted, int level, int redLevel)
    {
        if (sorted.Count == 0)
        {
            return Free;
        }

        var middle = sorted.Count / 2;
        var raw = sorted[middle].Raw;
        raw[67] = level == redLevel ? (byte)0 : (byte)1;
        Write32(raw, 68, Tree(entries, sorted[..middle], level + 1, redLevel));
        Write32(raw, 72, Tree(entries, sorted[(middle + 1)..], level + 1, redLevel));
        return (uint)entries.FindIndex(entry => entry.Raw == raw);
    }

    private static byte[] Entry(string name, byte type)
    {
        var entry = new byte[128];
        Encoding.Unicode.GetBytes(name, entry);
        Write16(entry, 64, (name.Length * 2) + 2);
        entry[66] = type;
        entry[67] = 1;
        entry.AsSpan(68, 12).Fill(0xff);
        return entry;
    }

    private static byte[] Numbers(IEnumerable<uint> numbers, int count)
    {
        var bytes = new byte[count * 4];
        bytes.AsSpan().Fill(0xff);
        var index = 0;
        foreach (var number in numbers)
        {
            Write32(bytes, index++ * 4, number);
        }

        return bytes;
    }

    private static void Write16(byte[] bytes, int offset, int value) =>
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(offset), (ushort)value);

    private static void Write32(byte[] bytes, int offset, uint value) =>
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(offset), value);
}
