namespace Signet.Formats.WindowsInstaller.Compound;

/// <summary>The directory of a compound file ([MS-CFB] section 2.6).</summary>
internal sealed class CompoundDirectory
{
    // 128 times the names that the largest real packages have.
    private const long MaxBytes = 16 << 20;
    private const int MaxDepth = 64;

    private readonly SectorStore _sectors;
    private readonly AllocationTable _table;
    private readonly CompoundHeader _header;
    private readonly List<uint> _chain;
    private readonly List<DirectoryEntry> _entries = [];
    private readonly Dictionary<uint, List<DirectoryEntry>> _members = [];

    /// <summary>Reads it whole.</summary>
    /// <exception cref="SignatureFormatException">It is broken.</exception>
    public CompoundDirectory(SectorStore sectors, AllocationTable table, CompoundHeader header)
    {
        _sectors = sectors;
        _table = table;
        _header = header;
        _chain = table.ReadChain(header.FirstDirectorySector, MaxBytes / sectors.SectorBytes, "the directory");
        for (uint id = 0; id < (long)_chain.Count * EntriesPerSector; id++)
        {
            _entries.Add(At(id));
        }

        if (_entries.Count == 0 || Root.Type != EntryType.Root)
        {
            throw CompoundHeader.Malformed($"its directory does not begin with the root");
        }

        ReadMembers(Root, new bool[_entries.Count], 0);
    }

    /// <summary>The root.</summary>
    public DirectoryEntry Root => _entries[0];

    private int EntriesPerSector => _sectors.SectorBytes / DirectoryEntry.Bytes;

    /// <summary>What lies in a storage, in no special order.</summary>
    public IReadOnlyList<DirectoryEntry> MembersOf(DirectoryEntry storage) => _members[storage.Id];

    /// <summary>A member of the root; null for none.</summary>
    public DirectoryEntry? Find(string name) => _members[Root.Id].Find(entry => entry.Name == name);

    /// <summary>Adds an empty stream to the root, and orders the tree of the root's members anew.</summary>
    public DirectoryEntry Add(string name)
    {
        var entry = _entries.Find(candidate => candidate.Type == EntryType.Unused) ?? AddSector();
        entry.BecomeStream(name);
        var members = _members[Root.Id];
        members.Add(entry);
        Root.Child = SiblingTree.Arrange(members);
        return entry;
    }

    private DirectoryEntry AddSector()
    {
        var sector = _table.Allocate();
        _sectors.Change(sector).Clear();
        _table.Set(_chain[^1], sector);
        _chain.Add(sector);
        if (_header.MajorVersion == 4)
        {
            _header.DirectorySectors = (uint)_chain.Count;
        }

        var first = (uint)_entries.Count;
        for (var index = 0; index < EntriesPerSector; index++)
        {
            var entry = At(first + (uint)index);
            entry.BecomeUnused();
            _entries.Add(entry);
        }

        return _entries[(int)first];
    }

    private DirectoryEntry At(uint id) => new(
        _sectors, _chain[(int)(id / EntriesPerSector)], (int)(id % EntriesPerSector) * DirectoryEntry.Bytes, id);

    private void ReadMembers(DirectoryEntry storage, bool[] seen, int depth)
    {
        if (depth > MaxDepth)
        {
            throw CompoundHeader.Malformed($"its storages lie more than {MaxDepth} deep in each other");
        }

        var members = new List<DirectoryEntry>();
        var open = new Stack<uint>([storage.Child]);
        while (open.TryPop(out var id))
        {
            if (id == SectorNumber.Free)
            {
                continue;
            }

            if (id >= _entries.Count || seen[id] || _entries[(int)id].Type is not (EntryType.Storage or EntryType.Stream))
            {
                throw CompoundHeader.Malformed($"its directory names entry {id} twice, or it is none of a storage or stream");
            }

            seen[id] = true;
            var entry = _entries[(int)id];
            members.Add(entry);
            open.Push(entry.Left);
            open.Push(entry.Right);
        }

        if (members.DistinctBy(member => member.Name, SiblingTree.NameComparer).Count() < members.Count)
        {
            throw CompoundHeader.Malformed($"two members of '{storage.Name}' have the same name");
        }

        _members.Add(storage.Id, members);
        foreach (var member in members.Where(member => member.Type == EntryType.Storage))
        {
            ReadMembers(member, seen, depth + 1);
        }
    }
}
