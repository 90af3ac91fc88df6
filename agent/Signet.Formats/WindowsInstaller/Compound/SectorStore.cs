using System.Buffers.Binary;

namespace Signet.Formats.WindowsInstaller.Compound;

/// <summary>
/// The sectors of a compound file. What is changed or added stays in memory beside the file, and becomes edits; what is
/// only read goes through a small cache.
/// </summary>
internal sealed class SectorStore
{
    private const int CacheSlots = 64;

    private readonly Stream _content;
    private readonly uint _originalCount;
    private readonly SortedDictionary<uint, (byte[] Original, byte[] Changed)> _changed = [];
    private readonly List<byte[]> _added = [];
    private readonly (uint Number, byte[]? Bytes)[] _cache = new (uint, byte[]?)[CacheSlots];

    /// <summary>Looks at a file.</summary>
    /// <param name="content">It can seek.</param>
    /// <param name="sectorBytes">512 or 4096.</param>
    /// <exception cref="SignatureFormatException">It has more sectors than there are numbers.</exception>
    public SectorStore(Stream content, int sectorBytes)
    {
        _content = content;
        SectorBytes = sectorBytes;

        // A last sector that is cut short counts; what it lacks is read as zeros.
        var count = (content.Length - 1) / sectorBytes;
        if (count >= SectorNumber.FirstSpecial)
        {
            throw CompoundHeader.Malformed($"it has {content.Length} bytes, more than its sectors have numbers for");
        }

        _originalCount = (uint)count;
    }

    /// <summary>512 or 4096.</summary>
    public int SectorBytes { get; }

    /// <summary>How many sectors there are, added ones too.</summary>
    public uint Count => _originalCount + (uint)_added.Count;

    /// <summary>Where a sector begins in the file, in bytes.</summary>
    public long OffsetOf(uint sector) => (sector + 1L) * SectorBytes;

    /// <summary>A sector, to be read at once: the next call may reuse the memory.</summary>
    /// <exception cref="SignatureFormatException">There is no such sector.</exception>
    public ReadOnlySpan<byte> Read(uint sector)
    {
        RequireSector(sector);
        if (sector >= _originalCount)
        {
            return _added[(int)(sector - _originalCount)];
        }

        if (_changed.TryGetValue(sector, out var changed))
        {
            return changed.Changed;
        }

        ref var slot = ref _cache[sector % CacheSlots];
        if (slot.Bytes is null || slot.Number != sector)
        {
            slot.Bytes ??= new byte[SectorBytes];
            slot.Number = sector;
            Fill(sector, slot.Bytes);
        }

        return slot.Bytes;
    }

    /// <summary>A number in a sector.</summary>
    /// <param name="sector">The sector.</param>
    /// <param name="index">Its place, counted in numbers of 4 bytes.</param>
    public uint ReadNumber(uint sector, int index) => BinaryPrimitives.ReadUInt32LittleEndian(Read(sector)[(index * 4)..]);

    /// <summary>Changes a number in a sector.</summary>
    public void WriteNumber(uint sector, int index, uint value) =>
        BinaryPrimitives.WriteUInt32LittleEndian(Change(sector)[(index * 4)..], value);

    /// <summary>A sector, to be changed.</summary>
    /// <exception cref="SignatureFormatException">There is no such sector.</exception>
    public Span<byte> Change(uint sector)
    {
        RequireSector(sector);
        if (sector >= _originalCount)
        {
            return _added[(int)(sector - _originalCount)];
        }

        if (!_changed.TryGetValue(sector, out var changed))
        {
            var original = Read(sector).ToArray();
            changed = (original, (byte[])original.Clone());
            _changed.Add(sector, changed);
        }

        return changed.Changed;
    }

    /// <summary>Adds a sector behind the last one.</summary>
    /// <param name="fill">What its bytes are.</param>
    public uint Append(byte fill)
    {
        var sector = Count;
        var bytes = new byte[SectorBytes];
        bytes.AsSpan().Fill(fill);
        _added.Add(bytes);
        return sector;
    }

    /// <summary>Reads sectors that lie one behind the other and are not changed.</summary>
    /// <param name="first">The first one.</param>
    /// <param name="buffer">Gets them; the last one may be cut short.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task ReadRunAsync(uint first, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        _content.Position = OffsetOf(first);
        var read = await _content.ReadAtLeastAsync(
            buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (read < buffer.Length)
        {
            throw CompoundHeader.Malformed($"it ends inside of a stream that begins at 0x{OffsetOf(first):x}");
        }
    }

    /// <summary>What changed since the file was opened, in ascending order.</summary>
    public IEnumerable<Edit> ToEdits()
    {
        using var tail = new MemoryStream();
        foreach (var (sector, (original, changed)) in _changed)
        {
            var present = (int)Math.Min(SectorBytes, _content.Length - OffsetOf(sector));
            foreach (var edit in ByteChanges.Between(original.AsMemory(0, present), changed.AsMemory(0, present), OffsetOf(sector)))
            {
                yield return edit;
            }

            tail.Write(changed.AsSpan(present));
        }

        if (_added.Count > 0 && tail.Length == 0)
        {
            // A last sector that is cut short is filled up before others follow.
            tail.Write(new byte[OffsetOf(_originalCount) - _content.Length]);
        }

        _added.ForEach(sector => tail.Write(sector));
        if (tail.Length > 0)
        {
            yield return new Edit(_content.Length, 0, tail.ToArray());
        }
    }

    private void Fill(uint sector, byte[] bytes)
    {
        _content.Position = OffsetOf(sector);
        var read = _content.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        bytes.AsSpan(read).Clear();
    }

    private void RequireSector(uint sector)
    {
        if (sector >= Count)
        {
            throw CompoundHeader.Malformed($"it names sector 0x{sector:x}, and has {Count} sectors");
        }
    }
}
