namespace Signet.Formats.WindowsInstaller.Compound;

/// <summary>
/// The mini stream with its FAT ([MS-CFB] section 2.4): streams below 4096 bytes lie in it, in mini sectors of 64 bytes.
/// The root entry of the directory says where it begins and how long it is.
/// </summary>
internal sealed class MiniStream
{
    /// <summary>Bytes of a mini sector.</summary>
    public const int SectorBytes = 64;

    private readonly SectorStore _sectors;
    private readonly AllocationTable _table;
    private readonly CompoundHeader _header;
    private readonly DirectoryEntry _root;
    private readonly List<uint> _fat;
    private readonly List<uint> _stream;
    private readonly SectorClaims _claims;

    /// <summary>Finds it.</summary>
    /// <exception cref="SignatureFormatException">One of its chains is broken.</exception>
    public MiniStream(SectorStore sectors, AllocationTable table, CompoundHeader header, DirectoryEntry root)
    {
        _sectors = sectors;
        _table = table;
        _header = header;
        _root = root;

        // Some writers leave other special numbers where there is none.
        _fat = table.ReadChain(Start(header.FirstMiniFatSector), sectors.Count, "the mini FAT");
        _stream = table.ReadChain(root.Size == 0 ? SectorNumber.EndOfChain : Start(root.Start), sectors.Count, "the mini stream");
        if ((long)_stream.Count * sectors.SectorBytes < root.Size)
        {
            throw CompoundHeader.Malformed($"its mini stream has {root.Size} bytes, and its sectors end before");
        }

        Count = (root.Size + SectorBytes - 1) / SectorBytes;
        _claims = new SectorClaims("mini sector", Count);
    }

    /// <summary>How many mini sectors there are.</summary>
    public long Count { get; private set; }

    private long Capacity => (long)_fat.Count * _table.EntriesPerSector;

    /// <summary>The mini sectors of a stream, which get this owner.</summary>
    /// <param name="first">The first one.</param>
    /// <param name="size">Bytes of the stream.</param>
    /// <param name="what">Whose they are.</param>
    /// <exception cref="SignatureFormatException">The chain is broken.</exception>
    public List<uint> ReadChain(uint first, long size, string what)
    {
        var count = (size + SectorBytes - 1) / SectorBytes;
        var chain = new List<uint>();
        for (var sector = first; chain.Count < count; sector = Next(sector))
        {
            if (sector == SectorNumber.EndOfChain)
            {
                throw CompoundHeader.Malformed($"{what} has {size} bytes, and its chain of mini sectors ends before");
            }

            _claims.Claim(sector);
            chain.Add(sector);
        }

        return chain;
    }

    /// <summary>A mini sector, to be read at once.</summary>
    public ReadOnlySpan<byte> Read(uint sector)
    {
        var (holder, offset) = Locate(sector);
        return _sectors.Read(holder).Slice(offset, SectorBytes);
    }

    /// <summary>Gives mini sectors back.</summary>
    public void Release(IEnumerable<uint> chain)
    {
        foreach (var sector in chain)
        {
            Set(sector, SectorNumber.Free);
            _claims.Release(sector);
        }
    }

    /// <summary>Writes a new stream.</summary>
    /// <returns>Its first mini sector.</returns>
    public uint Write(ReadOnlySpan<byte> content)
    {
        var first = SectorNumber.EndOfChain;
        var previous = SectorNumber.EndOfChain;
        for (; !content.IsEmpty; content = content[Math.Min(SectorBytes, content.Length)..])
        {
            var sector = Allocate();
            var (holder, offset) = Locate(sector);
            var target = _sectors.Change(holder).Slice(offset, SectorBytes);
            target.Clear();
            content[..Math.Min(SectorBytes, content.Length)].CopyTo(target);
            if (previous == SectorNumber.EndOfChain)
            {
                first = sector;
            }
            else
            {
                Set(previous, sector);
            }

            previous = sector;
        }

        return first;
    }

    private static uint Start(uint sector) => sector >= SectorNumber.FirstSpecial ? SectorNumber.EndOfChain : sector;

    private uint Allocate()
    {
        uint sector = 0;
        for (; sector < Capacity; sector++)
        {
            if (Next(sector) == SectorNumber.Free)
            {
                _claims.RequireUnclaimed(sector);
                break;
            }
        }

        if (sector == Capacity)
        {
            AddFatSector();
        }

        // The stream reaches up to the new sector.
        Count = Math.Max(Count, sector + 1L);
        while ((long)_stream.Count * _sectors.SectorBytes < Count * SectorBytes)
        {
            Extend(_stream, first => _root.Start = first);
        }

        if (_root.Size < Count * SectorBytes)
        {
            _root.Size = Count * SectorBytes;
        }

        Set(sector, SectorNumber.EndOfChain);
        return sector;
    }

    private void AddFatSector()
    {
        var sector = Extend(_fat, first => _header.FirstMiniFatSector = first);
        _sectors.Change(sector).Fill(0xff);
        _header.MiniFatSectors = (uint)_fat.Count;
    }

    private uint Extend(List<uint> chain, Action<uint> setFirst)
    {
        var sector = _table.Allocate();
        _sectors.Change(sector).Clear();
        if (chain.Count == 0)
        {
            setFirst(sector);
        }
        else
        {
            _table.Set(chain[^1], sector);
        }

        chain.Add(sector);
        return sector;
    }

    private uint Next(uint sector) => sector < Capacity
        ? _sectors.ReadNumber(_fat[(int)(sector / _table.EntriesPerSector)], (int)(sector % _table.EntriesPerSector))
        : throw CompoundHeader.Malformed($"its mini FAT names mini sector 0x{sector:x}, and covers {Capacity}");

    private void Set(uint sector, uint next) => _sectors.WriteNumber(
        _fat[(int)(sector / _table.EntriesPerSector)], (int)(sector % _table.EntriesPerSector), next);

    private (uint Sector, int Offset) Locate(uint miniSector)
    {
        var offset = (long)miniSector * SectorBytes;
        return (_stream[(int)(offset / _sectors.SectorBytes)], (int)(offset % _sectors.SectorBytes));
    }
}
