using System.Buffers.Binary;
using System.Text;

namespace Signet.Formats.Tests.WindowsInstaller;

/// <summary>
/// A second reader of compound files, written from [MS-CFB] for the tests alone. It takes no file that breaks a rule: every
/// chain is as long as its stream, every sector has exactly one owner, every tree is a red-black tree.
/// </summary>
internal sealed class StrictCompoundFile
{
    private const uint EndOfChain = 0xFFFFFFFE;
    private const uint Free = 0xFFFFFFFF;

    private readonly byte[] _file;
    private readonly int _sectorBytes;
    private readonly List<uint> _fat = [];
    private readonly List<uint> _miniFat = [];
    private readonly Dictionary<uint, string> _owners = [];
    private readonly HashSet<uint> _miniOwners = [];
    private readonly byte[] _directory;
    private readonly byte[] _miniStream;

    public StrictCompoundFile(byte[] file)
    {
        _file = file;
        Require(file.AsSpan(0, 8).SequenceEqual(new byte[] { 0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1 }), "magic");
        Require(file.AsSpan(8, 16).IndexOfAnyExcept((byte)0) < 0, "header CLSID");
        var version = Read16(26);
        _sectorBytes = version == 3 ? 512 : 4096;
        Require(version is 3 or 4 && Read16(30) == (version == 3 ? 9 : 12) && Read16(32) == 6, "version and shifts");
        Require(Read16(28) == 0xfffe && Read32(56) == 4096, "byte order and cutoff");
        Require(file.Length % _sectorBytes == 0, "whole sectors");
        ReadFat();

        var directory = Chain(Read32(48), "directory");
        Require(version == 3 ? Read32(40) == 0 : Read32(40) == directory.Count, "number of directory sectors");
        _directory = Join(directory);
        var miniFat = Chain(Read32(60), "mini FAT");
        Require(miniFat.Count == Read32(64), "number of mini FAT sectors");
        _miniFat.AddRange(Numbers(Join(miniFat)));

        Require(_directory[66] == 5, "root");
        var rootSize = BinaryPrimitives.ReadInt64LittleEndian(_directory.AsSpan(120));
        var mini = rootSize == 0 ? [] : Chain(BinaryPrimitives.ReadUInt32LittleEndian(_directory.AsSpan(116)), "mini stream");
        Require(mini.Count == (rootSize + _sectorBytes - 1) / _sectorBytes, "length of the mini stream");
        _miniStream = Join(mini)[..(int)rootSize];
        ReadStorage(0, string.Empty);

        for (uint sector = 0; sector < SectorCount; sector++)
        {
            Require((_fat[(int)sector] == Free) == !_owners.ContainsKey(sector), $"owner of sector {sector}");
        }

        Require(_fat.Skip((int)SectorCount).All(entry => entry == Free), "FAT behind the end");
        for (var index = 0; index < _miniFat.Count; index++)
        {
            Require((_miniFat[index] == Free) == !_miniOwners.Contains((uint)index), $"owner of mini sector {index}");
        }
    }

    /// <summary>Every stream by its path; a storage ends with '/'. The bytes are the content of a stream.</summary>
    public SortedDictionary<string, byte[]> Content { get; } = new(StringComparer.Ordinal);

    /// <summary>What else an entry says: CLSID, state bits, times.</summary>
    public SortedDictionary<string, byte[]> Metadata { get; } = new(StringComparer.Ordinal);

    private uint SectorCount => (uint)((_file.Length / _sectorBytes) - 1);

    private void ReadFat()
    {
        var fatSectors = new List<uint>();
        for (var index = 0; index < 109; index++)
        {
            fatSectors.Add(Read32(76 + (index * 4)));
        }

        var difatCount = 0;
        for (var sector = Read32(68); sector != EndOfChain; difatCount++)
        {
            Own(sector, "DIFAT");
            var numbers = Numbers(Sector(sector)).ToList();
            fatSectors.AddRange(numbers[..^1]);
            sector = numbers[^1];
        }

        Require(difatCount == Read32(72), "number of DIFAT sectors");
        var count = (int)Read32(44);
        Require(fatSectors.Count >= count && fatSectors.Skip(count).All(sector => sector == Free), "DIFAT behind the FAT");
        var difat = _owners.Keys.ToList();
        foreach (var sector in fatSectors.Take(count))
        {
            Own(sector, "FAT");
            _fat.AddRange(Numbers(Sector(sector)));
        }

        Require(_fat.Count >= SectorCount, "reach of the FAT");
        Require(fatSectors.Take(count).All(sector => _fat[(int)sector] == 0xFFFFFFFD), "marks of the FAT's sectors");
        Require(difat.TrueForAll(sector => _fat[(int)sector] == 0xFFFFFFFC), "marks of the DIFAT's sectors");
    }

    private void ReadStorage(uint id, string path)
    {
        var entry = Entry(id);
        Metadata.Add(path, [.. entry[80..100], .. entry[100..116]]);
        if (path.Length > 0)
        {
            Content.Add(path, []);
        }

        var names = new List<string>();
        var child = BinaryPrimitives.ReadUInt32LittleEndian(entry.AsSpan(76));
        Walk(child, names, path, parentIsRed: false);
        for (var index = 1; index < names.Count; index++)
        {
            Require(Order(names[index - 1], names[index]) < 0, $"order of '{names[index - 1]}' and '{names[index]}'");
        }
    }

    // Returns how many black entries lie on every way down.
    private int Walk(uint id, List<string> names, string path, bool parentIsRed)
    {
        if (id == Free)
        {
            return 1;
        }

        var entry = Entry(id);
        var isRed = entry[67] == 0;
        Require(entry[67] <= 1 && !(isRed && parentIsRed), $"color of entry {id}");
        var left = Walk(BinaryPrimitives.ReadUInt32LittleEndian(entry.AsSpan(68)), names, path, isRed);
        var name = Name(entry);
        names.Add(name);
        switch (entry[66])
        {
            case 1:
                ReadStorage(id, path + name + "/");
                break;
            case 2:
                Require(BinaryPrimitives.ReadUInt32LittleEndian(entry.AsSpan(76)) == Free, $"child of the stream '{name}'");
                Content.Add(path + name, Stream(entry, path + name));
                Metadata.Add(path + name, entry[80..116]);
                break;
            default:
                throw new InvalidDataException($"entry {id} has type {entry[66]}");
        }

        var right = Walk(BinaryPrimitives.ReadUInt32LittleEndian(entry.AsSpan(72)), names, path, isRed);
        Require(left == right, $"balance at entry {id}");
        return left + (isRed ? 0 : 1);
    }

    private byte[] Stream(byte[] entry, string path)
    {
        var start = BinaryPrimitives.ReadUInt32LittleEndian(entry.AsSpan(116));
        var size = BinaryPrimitives.ReadInt64LittleEndian(entry.AsSpan(120));
        if (size == 0)
        {
            Require(start is EndOfChain or 0 or Free, $"start of the empty stream '{path}'");
            return [];
        }

        if (size >= 4096)
        {
            var chain = Chain(start, path);
            Require(chain.Count == (size + _sectorBytes - 1) / _sectorBytes, $"length of the chain of '{path}'");
            return Join(chain)[..(int)size];
        }

        var content = new List<byte>();
        for (var sector = start; sector != EndOfChain; sector = _miniFat[(int)sector])
        {
            Require(_miniOwners.Add(sector), $"owner of mini sector {sector}");
            content.AddRange(_miniStream[((int)sector * 64)..Math.Min(((int)sector * 64) + 64, _miniStream.Length)]);
        }

        Require((content.Count + 63) / 64 == (size + 63) / 64, $"length of the chain of '{path}'");
        return [.. content[..(int)size]];
    }

    private static string Name(byte[] entry)
    {
        var length = BinaryPrimitives.ReadUInt16LittleEndian(entry.AsSpan(64));
        Require(length is >= 2 and <= 64 && entry[length - 2] == 0 && entry[length - 1] == 0, "length of a name");
        return Encoding.Unicode.GetString(entry, 0, length - 2);
    }

    private static int Order(string left, string right) => left.Length != right.Length
        ? left.Length - right.Length
        : string.CompareOrdinal(left.ToUpperInvariant(), right.ToUpperInvariant());

    private byte[] Entry(uint id) => _directory[((int)id * 128)..(((int)id * 128) + 128)];

    private List<uint> Chain(uint first, string owner)
    {
        var chain = new List<uint>();
        for (var sector = first; sector != EndOfChain; sector = _fat[(int)sector])
        {
            Own(sector, owner);
            chain.Add(sector);
        }

        return chain;
    }

    private void Own(uint sector, string owner)
    {
        Require(sector < SectorCount, $"sector {sector} of {owner} in a file of {SectorCount}");
        Require(_owners.TryAdd(sector, owner), $"sector {sector} has two owners, one is {owner}");
    }

    private byte[] Sector(uint sector) => _file[(int)((sector + 1) * _sectorBytes)..(int)((sector + 2) * _sectorBytes)];

    private byte[] Join(IEnumerable<uint> chain) => [.. chain.SelectMany(Sector)];

    private static IEnumerable<uint> Numbers(byte[] bytes)
    {
        for (var index = 0; index < bytes.Length; index += 4)
        {
            yield return BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(index));
        }
    }

    private int Read16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(_file.AsSpan(offset));

    private uint Read32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_file.AsSpan(offset));

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidDataException("compound file: " + what);
        }
    }
}
