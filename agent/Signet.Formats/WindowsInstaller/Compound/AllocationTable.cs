namespace Signet.Formats.WindowsInstaller.Compound;

/// <summary>
/// The FAT ([MS-CFB] section 2.3): for each sector the one that follows it. Its sectors are found by the DIFAT (section
/// 2.5), whose first 109 entries lie in the header.
/// </summary>
internal sealed class AllocationTable
{
    // In files above 2 GB the sector with these bytes belongs to nobody (section 2.8).
    private const long RangeLockOffset = 0x7FFFFF00;

    private readonly SectorStore _sectors;
    private readonly CompoundHeader _header;
    private readonly List<uint> _fat = [];
    private readonly List<uint> _difat = [];
    private uint _noneFreeBelow;

    /// <summary>Finds the sectors of the FAT.</summary>
    /// <exception cref="SignatureFormatException">The DIFAT is broken.</exception>
    public AllocationTable(SectorStore sectors, CompoundHeader header)
    {
        _sectors = sectors;
        _header = header;
        EntriesPerSector = sectors.SectorBytes / 4;
        var wanted = (sectors.Count + EntriesPerSector - 1L) / EntriesPerSector;
        if (header.FatSectors < wanted || header.FatSectors > sectors.Count)
        {
            throw CompoundHeader.Malformed(
                $"its FAT has {header.FatSectors} sectors (offset 44), and its {sectors.Count} sectors need {wanted}");
        }

        Claims = new SectorClaims("sector", sectors.Count);
        ReadDifat((int)header.FatSectors);
        _fat.ForEach(Claims.Claim);
        _difat.ForEach(Claims.Claim);
    }

    /// <summary>Who owns which sector, as far as was read.</summary>
    public SectorClaims Claims { get; }

    /// <summary>Numbers in one sector.</summary>
    public int EntriesPerSector { get; }

    private long Capacity => (long)_fat.Count * EntriesPerSector;

    /// <summary>What follows a sector.</summary>
    /// <exception cref="SignatureFormatException">There is no such sector.</exception>
    public uint Next(uint sector)
    {
        if (sector >= _sectors.Count)
        {
            throw CompoundHeader.Malformed($"a chain runs to sector 0x{sector:x}, and the file has {_sectors.Count}");
        }

        return _sectors.ReadNumber(_fat[(int)(sector / EntriesPerSector)], (int)(sector % EntriesPerSector));
    }

    /// <summary>Says what follows a sector.</summary>
    public void Set(uint sector, uint next) =>
        _sectors.WriteNumber(_fat[(int)(sector / EntriesPerSector)], (int)(sector % EntriesPerSector), next);

    /// <summary>All sectors of a chain, which get this owner.</summary>
    /// <param name="first">Its first sector, or ENDOFCHAIN for an empty one.</param>
    /// <param name="limit">Most sectors that it may have.</param>
    /// <param name="what">Whose it is.</param>
    /// <exception cref="SignatureFormatException">It is broken.</exception>
    public List<uint> ReadChain(uint first, long limit, string what)
    {
        var chain = new List<uint>();
        for (var sector = first; sector != SectorNumber.EndOfChain; sector = Next(sector))
        {
            if (chain.Count == limit)
            {
                throw CompoundHeader.Malformed($"{what} has more than {limit} sectors");
            }

            Claims.Claim(sector);
            chain.Add(sector);
        }

        return chain;
    }

    /// <summary>Gives the sectors of a chain back.</summary>
    public void Release(IEnumerable<uint> chain)
    {
        foreach (var sector in chain)
        {
            Set(sector, SectorNumber.Free);
            Claims.Release(sector);
            _noneFreeBelow = Math.Min(_noneFreeBelow, sector);
        }
    }

    /// <summary>Takes a sector that is free, or adds one to the file. It is the end of a chain.</summary>
    public uint Allocate()
    {
        while (true)
        {
            var sector = FindFree();
            if (sector == _sectors.Count)
            {
                _sectors.Append(0);
            }

            Set(sector, SectorNumber.EndOfChain);
            var offset = _sectors.OffsetOf(sector);
            if (_header.MajorVersion != 4 || offset > RangeLockOffset || offset + _sectors.SectorBytes <= RangeLockOffset)
            {
                return sector;
            }
        }
    }

    private void ReadDifat(int count)
    {
        for (var index = 0; index < Math.Min(count, CompoundHeader.DifatEntries); index++)
        {
            _fat.Add(_header.GetDifat(index));
        }

        var sector = _header.FirstDifatSector;
        while (_fat.Count < count)
        {
            if (sector >= SectorNumber.FirstSpecial || _difat.Count > count)
            {
                throw CompoundHeader.Malformed($"its DIFAT names {_fat.Count} sectors of the FAT, and there are {count}");
            }

            _difat.Add(sector);
            for (var index = 0; index < EntriesPerSector - 1 && _fat.Count < count; index++)
            {
                _fat.Add(_sectors.ReadNumber(sector, index));
            }

            sector = _sectors.ReadNumber(sector, EntriesPerSector - 1);
        }
    }

    private uint FindFree()
    {
        for (long sector = _noneFreeBelow; sector < Capacity; sector++)
        {
            var entry = _sectors.ReadNumber(_fat[(int)(sector / EntriesPerSector)], (int)(sector % EntriesPerSector));
            if (sector >= _sectors.Count && entry != SectorNumber.Free)
            {
                throw CompoundHeader.Malformed($"its FAT uses sector 0x{sector:x}, and the file has {_sectors.Count}");
            }

            if (entry == SectorNumber.Free)
            {
                Claims.RequireUnclaimed((uint)sector);
                _noneFreeBelow = (uint)sector;
                return (uint)sector;
            }
        }

        AddFatSector();
        return FindFree();
    }

    // The new sector lies where the FAT ended so far, so its own entry is its first.
    private void AddFatSector()
    {
        if (_sectors.Count + 2L + EntriesPerSector >= SectorNumber.FirstSpecial)
        {
            throw new SignatureFormatException(
                FormatFailure.Unsupported, "A compound file of this size has no place for a signature: its sectors have 32-bit numbers.");
        }

        _noneFreeBelow = _sectors.Count;
        var sector = _sectors.Append(0xff);
        uint? difat = null;
        var index = _fat.Count - CompoundHeader.DifatEntries;
        _fat.Add(sector);
        _header.FatSectors = (uint)_fat.Count;
        if (index < 0)
        {
            _header.SetDifat(_fat.Count - 1, sector);
        }
        else
        {
            if (index / (EntriesPerSector - 1) >= _difat.Count)
            {
                difat = AddDifatSector();
            }

            _sectors.WriteNumber(_difat[index / (EntriesPerSector - 1)], index % (EntriesPerSector - 1), sector);
        }

        Set(sector, SectorNumber.Fat);
        if (difat is { } added)
        {
            Set(added, SectorNumber.Difat);
        }
    }

    private uint AddDifatSector()
    {
        var sector = _sectors.Append(0xff);
        _sectors.WriteNumber(sector, EntriesPerSector - 1, SectorNumber.EndOfChain);
        if (_difat.Count == 0)
        {
            _header.FirstDifatSector = sector;
        }
        else
        {
            _sectors.WriteNumber(_difat[^1], EntriesPerSector - 1, sector);
        }

        _difat.Add(sector);
        _header.DifatSectors = (uint)_difat.Count;
        return sector;
    }
}
