using System.Globalization;
using System.Text;

namespace Signet.Formats.WindowsInstaller.Verification;

/// <summary>
/// Reads an installer package as a verifier sees it: pieces of the file, one behind the other, for each stream. It takes
/// nothing from the reader that signs.
/// </summary>
internal sealed class PackageReader
{
    private const uint LastSector = 0xfffffff9;
    private const uint NoEntry = 0xffffffff;
    private const int EntryBytes = 128;
    private const int MiniSectorBytes = 64;
    private const int MaxDirectoryBytes = 16 << 20;
    private const int MaxDepth = 64;

    private readonly Stream _content;
    private readonly int _sectorBytes;
    private readonly List<uint> _fatSectors = [];
    private readonly List<Extent> _miniStream = [];
    private readonly List<Extent> _miniFat;
    private readonly byte[] _directory;
    private (uint Index, byte[] Bytes) _fatSector = (NoEntry, []);

    // No byte belongs to two streams, so that all of them together are never longer than the file.
    private long _unclaimed;

    /// <summary>Reads headers and directory.</summary>
    /// <exception cref="SignatureFormatException">They are broken.</exception>
    public PackageReader(Stream content)
    {
        _content = content;
        _unclaimed = content.Length;
        if (content.Length < 512 || Number(0) != 0xe011cfd0 || Number(4) != 0xe11ab1a1)
        {
            throw Malformed($"it is no compound file");
        }

        _sectorBytes = (Number(26) & 0xffff, Number(30) & 0xffff) switch
        {
            (3, 9) => 512,
            (4, 12) => 4096,
            var (version, shift) => throw Malformed($"version {version} with a sector shift of {shift} is unknown"),
        };
        if ((Number(28) & 0xffff) != 0xfffe || (Number(32) & 0xffff) != 6 || Number(56) != 4096)
        {
            throw Malformed($"its header has a byte order, a mini sector or a cutoff that is unknown");
        }

        ReadFatSectors(Number(44));
        _fatSectors.ForEach(sector => Offset(sector));

        // A chain that runs in a circle ends where it is longer than the file.
        _directory = ReadAll(Chain(Number(48), Math.Min(MaxDirectoryBytes, content.Length), stopsEarly: true));
        if (_directory.Length < EntryBytes || _directory[66] != 5)
        {
            throw Malformed($"its directory has no root");
        }

        _miniFat = [.. Chain(Number(60), content.Length, stopsEarly: true)];
        var root = new PackageEntry(_directory[..EntryBytes], []);
        _miniStream = root.Size == 0 ? [] : [.. Chain(root.Start, Length(root.Size), stopsEarly: false)];
        Root = ReadStorage(root.Raw, new HashSet<uint>(), 0);
    }

    /// <summary>The root with all that lies in it.</summary>
    public PackageEntry Root { get; }

    /// <summary>Where the bytes of a stream lie.</summary>
    /// <exception cref="SignatureFormatException">Its chain is broken.</exception>
    public IEnumerable<Extent> Locate(PackageEntry stream)
    {
        var size = Length(SizeOf(stream));
        _unclaimed -= size;
        if (_unclaimed < 0)
        {
            throw Malformed($"its streams together are longer than the file");
        }

        return size < 4096 ? MiniChain(stream.Start, size) : Chain(stream.Start, size, stopsEarly: false);
    }

    /// <summary>Files of version 3 have 32 bits for a size.</summary>
    public ulong SizeOf(PackageEntry stream) => _sectorBytes == 512 ? stream.Size & 0xffffffff : stream.Size;

    /// <summary>The bytes of some pieces.</summary>
    public byte[] ReadAll(IEnumerable<Extent> extents)
    {
        using var all = new MemoryStream();
        foreach (var extent in extents)
        {
            var piece = new byte[extent.Length];
            Read(extent.Offset, piece);
            all.Write(piece);
        }

        return all.ToArray();
    }

    /// <summary>The error for a file that breaks a rule.</summary>
    public static SignatureFormatException Malformed(FormattableString what) => new(
        FormatFailure.Malformed,
        $"This is no well-formed installer package: {what.ToString(CultureInfo.InvariantCulture)}.");

    private long Length(ulong size) => size <= (ulong)_content.Length
        ? (long)size
        : throw Malformed($"a stream has {size} bytes, and the file {_content.Length}");

    private void ReadFatSectors(uint count)
    {
        if (count > _content.Length / _sectorBytes)
        {
            throw Malformed($"its FAT has {count} sectors, more than the file");
        }

        for (var index = 0; index < Math.Min(count, 109u); index++)
        {
            _fatSectors.Add(Number(76 + (index * 4)));
        }

        var perSector = (_sectorBytes / 4) - 1;
        for (var difat = Number(68); _fatSectors.Count < count; difat = Number(Offset(difat) + (perSector * 4)))
        {
            var start = Offset(difat);
            for (var index = 0; index < perSector && _fatSectors.Count < count; index++)
            {
                _fatSectors.Add(Number(start + (index * 4)));
            }
        }
    }

    private PackageEntry ReadStorage(byte[] raw, HashSet<uint> seen, int depth)
    {
        if (depth > MaxDepth)
        {
            throw Malformed($"storages lie more than {MaxDepth} deep in each other");
        }

        var members = new List<PackageEntry>();
        var waiting = new Queue<uint>([BitConverter.ToUInt32(raw, 76)]);
        while (waiting.TryDequeue(out var id))
        {
            if (id == NoEntry)
            {
                continue;
            }

            if ((id + 1L) * EntryBytes > _directory.Length || !seen.Add(id))
            {
                throw Malformed($"entry {id} of the directory is named twice or does not exist");
            }

            var member = _directory.AsSpan((int)id * EntryBytes, EntryBytes).ToArray();
            waiting.Enqueue(BitConverter.ToUInt32(member, 68));
            waiting.Enqueue(BitConverter.ToUInt32(member, 72));
            members.Add(member[66] switch
            {
                1 => ReadStorage(member, seen, depth + 1),
                2 => new PackageEntry(member, []),
                var type => throw Malformed($"entry {id} of the directory has type {type}"),
            });
        }

        members.Sort((left, right) => left.Name.SequenceCompareTo(right.Name));
        return new PackageEntry(raw, members);
    }

    private IEnumerable<Extent> Chain(uint first, long size, bool stopsEarly)
    {
        var left = size;
        for (var sector = first; left > 0; sector = Next(sector))
        {
            if (sector > LastSector)
            {
                if (stopsEarly)
                {
                    yield break;
                }

                throw Malformed($"the chain from sector {first} ends before its stream of {size} bytes");
            }

            var length = (int)Math.Min(left, _sectorBytes);
            yield return new Extent(Offset(sector), length);
            left -= length;
        }

        if (stopsEarly)
        {
            throw Malformed($"the chain from sector {first} has no end");
        }
    }

    private IEnumerable<Extent> MiniChain(uint first, long size)
    {
        var left = size;
        var perSector = _sectorBytes / 4;
        for (var mini = first; left > 0;)
        {
            var length = (int)Math.Min(left, MiniSectorBytes);
            var offset = (long)mini * MiniSectorBytes;
            var (holder, within) = ((int)(offset / _sectorBytes), (int)(offset % _sectorBytes));
            if (holder >= _miniStream.Count || within + length > _miniStream[holder].Length || mini / perSector >= _miniFat.Count)
            {
                throw Malformed($"mini sector {mini} does not exist");
            }

            yield return new Extent(_miniStream[holder].Offset + within, length);
            left -= length;
            mini = Number(_miniFat[(int)(mini / perSector)].Offset + (mini % perSector * 4));
        }
    }

    private uint Next(uint sector)
    {
        var perSector = (uint)_sectorBytes / 4;
        var index = sector / perSector;
        if (index >= _fatSectors.Count)
        {
            throw Malformed($"sector {sector} is behind the FAT");
        }

        if (_fatSector.Index != index)
        {
            var bytes = new byte[_sectorBytes];
            Read(Offset(_fatSectors[(int)index]), bytes);
            _fatSector = (index, bytes);
        }

        return BitConverter.ToUInt32(_fatSector.Bytes, (int)(sector % perSector) * 4);
    }

    private long Offset(uint sector) => sector <= LastSector && (sector + 1L) * _sectorBytes < _content.Length
        ? (sector + 1L) * _sectorBytes
        : throw Malformed($"sector 0x{sector:x} lies outside of the file");

    private void Read(long offset, byte[] bytes)
    {
        _content.Position = offset;
        if (_content.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
        {
            throw Malformed($"it ends inside of a sector at 0x{offset:x}");
        }
    }

    private uint Number(long offset)
    {
        var bytes = new byte[4];
        Read(offset, bytes);
        return BitConverter.ToUInt32(bytes);
    }
}

/// <summary>A piece of the file.</summary>
/// <param name="Offset">Where it begins.</param>
/// <param name="Length">How many bytes.</param>
internal readonly record struct Extent(long Offset, int Length);

/// <summary>An entry of the directory.</summary>
/// <param name="Raw">Its 128 bytes.</param>
/// <param name="Members">What lies in it, in the order in which it is hashed.</param>
internal sealed record PackageEntry(byte[] Raw, IReadOnlyList<PackageEntry> Members)
{
    /// <summary>Whether it is a stream, and no storage.</summary>
    public bool IsStream => Raw[66] == 2;

    /// <summary>Its name in UTF-16.</summary>
    public ReadOnlySpan<byte> Name => Raw.AsSpan(0, Math.Clamp(BitConverter.ToUInt16(Raw, 64) - 2, 0, 64));

    /// <summary>First sector.</summary>
    public uint Start => BitConverter.ToUInt32(Raw, 116);

    /// <summary>Bytes of its content.</summary>
    public ulong Size => BitConverter.ToUInt64(Raw, 120);

    /// <summary>Whether it has this name.</summary>
    public bool IsNamed(string name) => Encoding.Unicode.GetString(Name) == name;
}
