using System.Buffers.Binary;
using System.Text;

namespace Signet.Formats.Tests.Cabinets;

/// <summary>Makes small cabinets with what tools do not make: reserved areas of any kind and sets of several cabinets.</summary>
internal sealed record CabinetBuilder
{
    /// <summary>Bytes of the header's reserved area; null for no reserved areas at all.</summary>
    public byte[]? Reserve { get; init; }

    /// <summary>Bytes of each folder's reserved area, where <see cref="Reserve"/> is not null.</summary>
    public int FolderReserve { get; init; }

    /// <summary>Names of the previous cabinet and its disk.</summary>
    public (string Cabinet, string Disk)? Previous { get; init; }

    /// <summary>Names of the next cabinet and its disk.</summary>
    public (string Cabinet, string Disk)? Next { get; init; }

    /// <summary>Its number in the set.</summary>
    public int Index { get; init; }

    public int Folders { get; init; } = 1;

    public int ContentBytes { get; init; } = 1000;

    /// <summary>Offset of the first CFFOLDER.</summary>
    public int FoldersOffset => 36 + (Reserve is null ? 0 : 4 + Reserve.Length) + Names.Length;

    private byte[] Names => [.. Name(Previous), .. Name(Next)];

    public byte[] Build()
    {
        var filesOffset = FoldersOffset + (Folders * (8 + FolderReserve));
        var file = new byte[16 + 9];
        BinaryPrimitives.WriteUInt32LittleEndian(file, (uint)ContentBytes);
        Encoding.ASCII.GetBytes("file.bin", file.AsSpan(16));
        var content = new byte[8 + ContentBytes];
        BinaryPrimitives.WriteUInt16LittleEndian(content.AsSpan(4), (ushort)ContentBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(content.AsSpan(6), (ushort)ContentBytes);
        for (var index = 8; index < content.Length; index++)
        {
            content[index] = (byte)(index * 7 % 251);
        }

        var header = new byte[36];
        Encoding.ASCII.GetBytes("MSCF", header);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), (uint)(filesOffset + file.Length + content.Length));
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(16), (uint)filesOffset);
        header[24] = 3;
        header[25] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(26), (ushort)Folders);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(28), 1);
        header[30] = (byte)((Previous is null ? 0 : 1) + (Next is null ? 0 : 2) + (Reserve is null ? 0 : 4));
        header[32] = 0x39;
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(34), (ushort)Index);
        byte[] sizes = Reserve is null ? [] : [(byte)(Reserve.Length & 0xff), (byte)(Reserve.Length >> 8), (byte)FolderReserve, 0];
        var folders = new byte[Folders * (8 + FolderReserve)];
        for (var folder = 0; folder < Folders; folder++)
        {
            var entry = folders.AsSpan(folder * (8 + FolderReserve));
            BinaryPrimitives.WriteUInt32LittleEndian(entry, (uint)(filesOffset + file.Length));
            entry[4] = 1;
            entry.Slice(8, FolderReserve).Fill(0x55);
        }

        return [.. header, .. sizes, .. Reserve ?? [], .. Names, .. folders, .. file, .. content];
    }

    private static byte[] Name((string Cabinet, string Disk)? name) =>
        name is { } value ? Encoding.ASCII.GetBytes($"{value.Cabinet}\0{value.Disk}\0") : [];
}
