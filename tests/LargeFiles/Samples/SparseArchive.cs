using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace Signet.LargeFiles.Samples;

/// <summary>Writes a ZIP archive of stored entries, holes among them; zip64 where a number needs it (APPNOTE.TXT 6.3.10).</summary>
internal sealed class SparseArchive(FileStream file)
{
    private const ushort FirstDate = 0x21;
    private const ushort Zip64Version = 45;

    private readonly List<byte> _directory = [];
    private int _entries;

    /// <summary>Writes an archive that has the files of a format's seed and one that is a hole.</summary>
    /// <param name="format">Whose seed; one that is no archive becomes a file of it.</param>
    /// <param name="hole">Name of the hole.</param>
    public static Action<FileStream, long> Writer(string format, string hole) => (file, bytes) =>
    {
        var archive = new SparseArchive(file);
        foreach (var (name, content) in FilesOf(format))
        {
            archive.Add(name, content);
        }

        archive.AddHole(hole, bytes);
        archive.Finish();
    };

    /// <summary>The files of a format's seed.</summary>
    /// <param name="format">The format.</param>
    /// <param name="file">Name of the seed; null for the first one.</param>
    public static IEnumerable<(string Name, byte[] Content)> FilesOf(string format, string? file = null)
    {
        var seed = Seed.Read(format, file);
        if (!seed.AsSpan().StartsWith("PK"u8))
        {
            return [("seed." + format, seed)];
        }

        using var archive = new ZipArchive(new MemoryStream(seed));
        return [.. archive.Entries.Select(entry =>
        {
            using var content = new MemoryStream();
            using var stream = entry.Open();
            stream.CopyTo(content);
            return (entry.FullName, content.ToArray());
        })];
    }

    /// <summary>Adds a file.</summary>
    /// <returns>Bytes of its local header.</returns>
    public int Add(string name, byte[] content)
    {
        var headerBytes = AddHeaders(name, content.Length, Crc32.HashToUInt32(content));
        file.Write(content);
        return headerBytes;
    }

    /// <summary>Adds a file of zeros.</summary>
    /// <returns>Bytes of its local header.</returns>
    public int AddHole(string name, long bytes)
    {
        var headerBytes = AddHeaders(name, bytes, Zeros.Crc(bytes));
        file.Position += bytes;
        return headerBytes;
    }

    /// <summary>Writes the directory and the end.</summary>
    public void Finish()
    {
        var start = file.Position;
        file.Write(_directory.ToArray());
        var end = file.Position;
        var needsZip64 = start >= uint.MaxValue;
        if (needsZip64)
        {
            file.Write([.. Number32(0x06064b50), .. Number64(44), 45, 0, 45, 0, .. Number64(0), .. Number64(_entries),
                .. Number64(_entries), .. Number64(end - start), .. Number64(start)]);
            file.Write([.. Number32(0x07064b50), .. Number32(0), .. Number64(end), .. Number32(1)]);
        }

        file.Write([.. Number32(0x06054b50), 0, 0, 0, 0, .. Number16(_entries), .. Number16(_entries), .. Number32(end - start),
            .. Number32(needsZip64 ? uint.MaxValue : start), 0, 0]);
    }

    private int AddHeaders(string name, long bytes, uint crc)
    {
        var offset = file.Position;
        var nameBytes = Encoding.UTF8.GetBytes(name);
        var isLarge = bytes >= uint.MaxValue;
        var isFar = offset >= uint.MaxValue;
        byte[] sizes = isLarge ? [.. Number64(bytes), .. Number64(bytes)] : [];
        byte[] place = isFar ? Number64(offset) : [];
        byte[] localExtra = isLarge ? [.. Number16(1), .. Number16(sizes.Length), .. sizes] : [];
        byte[] extra = isLarge || isFar ? [.. Number16(1), .. Number16(sizes.Length + place.Length), .. sizes, .. place] : [];
        var size = isLarge ? uint.MaxValue : (uint)bytes;

        // From "version needed" to the length of the name both headers have the same.
        byte[] common = [.. Number16(isLarge ? Zip64Version : 20), 0, 0, 0, 0, 0, 0, .. Number16(FirstDate), .. Number32(crc),
            .. Number32(size), .. Number32(size), .. Number16(nameBytes.Length)];
        byte[] local = [.. Number32(0x04034b50), .. common, .. Number16(localExtra.Length), .. nameBytes, .. localExtra];
        file.Write(local);
        _directory.AddRange([.. Number32(0x02014b50), 45, 0, .. common, .. Number16(extra.Length), .. new byte[10],
            .. Number32(isFar ? uint.MaxValue : offset), .. nameBytes, .. extra]);
        _entries++;
        return local.Length;
    }

    private static byte[] Number16(long value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
        return bytes;
    }

    private static byte[] Number32(long value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)value);
        return bytes;
    }

    private static byte[] Number64(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return bytes;
    }
}
