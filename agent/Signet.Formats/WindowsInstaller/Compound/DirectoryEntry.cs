using System.Buffers.Binary;
using System.Text;

namespace Signet.Formats.WindowsInstaller.Compound;

/// <summary>An entry of the directory ([MS-CFB] section 2.6.1). Changes go through to the sector that it lies in.</summary>
internal sealed class DirectoryEntry
{
    /// <summary>Bytes of an entry.</summary>
    public const int Bytes = 128;

    /// <summary>Most UTF-16 code units of a name.</summary>
    public const int MaxNameLength = 31;

    private readonly SectorStore _sectors;
    private readonly uint _sector;
    private readonly int _offset;

    /// <summary>Reads an entry.</summary>
    public DirectoryEntry(SectorStore sectors, uint sector, int offset, uint id)
    {
        _sectors = sectors;
        _sector = sector;
        _offset = offset;
        Id = id;
        Metadata = new byte[Bytes];
        sectors.Read(sector).Slice(offset, Bytes).CopyTo(Metadata);
        Type = (EntryType)Metadata[66];
        NameBytes = Type == EntryType.Unused ? [] : ReadName();
        Name = Encoding.Unicode.GetString(NameBytes);
        if (Type is not (EntryType.Unused or EntryType.Storage or EntryType.Stream or EntryType.Root))
        {
            throw CompoundHeader.Malformed($"entry {id} of its directory has type {Metadata[66]}");
        }
    }

    /// <summary>Its number in the directory.</summary>
    public uint Id { get; }

    /// <summary>What it is.</summary>
    public EntryType Type { get; private set; }

    /// <summary>Its name.</summary>
    public string Name { get; private set; }

    /// <summary>Its name in UTF-16, little endian, without the zero at its end.</summary>
    public byte[] NameBytes { get; private set; }

    /// <summary>All of its bytes as they were read.</summary>
    public byte[] Metadata { get; }

    /// <summary>CLSID, 16 bytes as they lie there.</summary>
    public ReadOnlySpan<byte> ClassId => Metadata.AsSpan(80, 16);

    /// <summary>Entry to the left of it in the tree of its siblings, or NOSTREAM.</summary>
    public uint Left => Read(68);

    /// <summary>Entry to the right of it.</summary>
    public uint Right => Read(72);

    /// <summary>Of a storage: the root of the tree of its members.</summary>
    public uint Child { get => Read(76); set => Write(76, value); }

    /// <summary>First sector or mini sector.</summary>
    public uint Start { get => Read(116); set => Write(116, value); }

    /// <summary>Bytes of a stream, or of the mini stream. Files of version 3 have 32 bits for it (section 2.6.1).</summary>
    /// <exception cref="SignatureFormatException">It has more than 63 bits.</exception>
    public long Size
    {
        get
        {
            var size = _sectors.SectorBytes == 512 ? Read(120) : BinaryPrimitives.ReadUInt64LittleEndian(Current[120..]);
            return size <= long.MaxValue
                ? (long)size
                : throw CompoundHeader.Malformed($"entry {Id} of its directory has {size} bytes");
        }
        set => BinaryPrimitives.WriteInt64LittleEndian(_sectors.Change(_sector)[(_offset + 120)..], value);
    }

    private ReadOnlySpan<byte> Current => _sectors.Read(_sector).Slice(_offset, Bytes);

    /// <summary>Makes an unused entry that of a stream.</summary>
    public void BecomeStream(string name)
    {
        Type = EntryType.Stream;
        Name = name;
        NameBytes = Encoding.Unicode.GetBytes(name);
        var bytes = _sectors.Change(_sector).Slice(_offset, Bytes);
        bytes.Clear();
        NameBytes.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[64..], (ushort)(NameBytes.Length + 2));
        bytes[66] = (byte)EntryType.Stream;
        Write(76, SectorNumber.Free);
    }

    /// <summary>Makes it unused, as the rest of a new sector of the directory is.</summary>
    public void BecomeUnused()
    {
        _sectors.Change(_sector).Slice(_offset, Bytes).Clear();
        Write(68, SectorNumber.Free);
        Write(72, SectorNumber.Free);
        Write(76, SectorNumber.Free);
    }

    /// <summary>Its place in the tree of its siblings.</summary>
    /// <param name="left">Entry to the left, or NOSTREAM.</param>
    /// <param name="right">Entry to the right, or NOSTREAM.</param>
    /// <param name="isRed">Its color.</param>
    public void SetPlace(uint left, uint right, bool isRed)
    {
        _sectors.Change(_sector)[_offset + 67] = isRed ? (byte)0 : (byte)1;
        Write(68, left);
        Write(72, right);
    }

    private byte[] ReadName()
    {
        var length = BinaryPrimitives.ReadUInt16LittleEndian(Metadata.AsSpan(64));
        if (length is < 2 or > 64 || length % 2 != 0 || Metadata[length - 2] != 0 || Metadata[length - 1] != 0)
        {
            throw CompoundHeader.Malformed($"the name of entry {Id} of its directory has {length} bytes, or no zero at its end");
        }

        return Metadata[..(length - 2)];
    }

    private uint Read(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(Current[offset..]);

    private void Write(int offset, uint value) =>
        BinaryPrimitives.WriteUInt32LittleEndian(_sectors.Change(_sector)[(_offset + offset)..], value);
}

/// <summary>Object types of [MS-CFB] section 2.6.1.</summary>
internal enum EntryType : byte
{
    /// <summary>In no use.</summary>
    Unused = 0,

    /// <summary>Holds others, as a directory does.</summary>
    Storage = 1,

    /// <summary>Holds bytes, as a file does.</summary>
    Stream = 2,

    /// <summary>The storage that holds all.</summary>
    Root = 5,
}
