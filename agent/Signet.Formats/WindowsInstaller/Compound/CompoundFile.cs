using System.Buffers;
using System.Security.Cryptography;

namespace Signet.Formats.WindowsInstaller.Compound;

/// <summary>
/// A compound file ([MS-CFB]): reads its streams, and replaces or adds streams of the root by edits that leave every other
/// byte where it is. New bytes go to free sectors first and then behind the end of the file.
/// </summary>
/// <remarks>Memory holds the directory and what is changed; the content and its FAT stay in the file.</remarks>
internal sealed class CompoundFile
{
    private const int BufferBytes = 128 << 10;

    private readonly CompoundHeader _header;
    private readonly SectorStore _sectors;
    private readonly AllocationTable _table;
    private readonly MiniStream _mini;

    /// <summary>Opens a file.</summary>
    /// <param name="content">It can seek, and stays open as long as this is used.</param>
    /// <exception cref="SignatureFormatException">It is no well-formed compound file.</exception>
    public CompoundFile(Stream content)
    {
        _header = CompoundHeader.Open(content);
        _sectors = new SectorStore(content, _header.SectorBytes);
        _table = new AllocationTable(_sectors, _header);
        Directory = new CompoundDirectory(_sectors, _table, _header);
        _mini = new MiniStream(_sectors, _table, _header, Directory.Root);
    }

    /// <summary>Its directory.</summary>
    public CompoundDirectory Directory { get; }

    /// <summary>Feeds the bytes of a stream to a hash. Each stream can be read once.</summary>
    /// <exception cref="SignatureFormatException">Its chain is broken.</exception>
    public async Task HashAsync(DirectoryEntry stream, IncrementalHash hash, CancellationToken cancellationToken)
    {
        if (stream.Size < CompoundHeader.MiniStreamCutoff)
        {
            hash.AppendData(ReadMini(stream, out _));
            return;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var left = stream.Size;
            var sector = stream.Start;
            while (left > 0)
            {
                // Sectors that lie one behind the other are read at once.
                var first = sector;
                var wanted = 0;
                do
                {
                    _table.Claims.Claim(sector);
                    wanted += _sectors.SectorBytes;
                    sector = wanted < left ? Follow(stream, sector) : SectorNumber.EndOfChain;
                }
                while (wanted < left && wanted + _sectors.SectorBytes <= BufferBytes && sector == first + (wanted / _sectors.SectorBytes));

                var piece = (int)Math.Min(wanted, left);
                await _sectors.ReadRunAsync(first, buffer.AsMemory(0, piece), cancellationToken).ConfigureAwait(false);
                hash.AppendData(buffer, 0, piece);
                left -= piece;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The bytes of a small stream, which is to be replaced or not read again.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="maxBytes">Most bytes that it may have.</param>
    /// <param name="release">Gives its place in the file back.</param>
    /// <exception cref="SignatureFormatException">Its chain is broken, or it is larger.</exception>
    public byte[] Take(DirectoryEntry stream, int maxBytes, out Action release)
    {
        if (stream.Size > maxBytes)
        {
            throw CompoundHeader.Malformed($"entry {stream.Id} of its directory has {stream.Size} bytes, more than {maxBytes}");
        }

        if (stream.Size < CompoundHeader.MiniStreamCutoff)
        {
            var small = ReadMini(stream, out var miniChain);
            release = () => _mini.Release(miniChain);
            return small;
        }

        var chain = _table.ReadChain(stream.Start, _sectors.Count, $"entry {stream.Id} of its directory");
        release = () => _table.Release(chain);
        var bytes = new byte[Math.Min(stream.Size, (long)chain.Count * _sectors.SectorBytes)];
        if (bytes.Length < stream.Size)
        {
            throw Short(stream);
        }

        for (var index = 0; index < chain.Count && index * _sectors.SectorBytes < bytes.Length; index++)
        {
            var target = bytes.AsSpan(index * _sectors.SectorBytes);
            var source = _sectors.Read(chain[index]);
            source[..Math.Min(source.Length, target.Length)].CopyTo(target);
        }

        return bytes;
    }

    /// <summary>Gives a stream of the root a new content; what it had was released before.</summary>
    /// <param name="name">Its name; it is added where there is none.</param>
    /// <param name="content">1 byte or more.</param>
    public void Write(string name, ReadOnlySpan<byte> content)
    {
        var entry = Directory.Find(name) ?? Directory.Add(name);
        entry.Start = content.Length < CompoundHeader.MiniStreamCutoff ? _mini.Write(content) : WriteSectors(content);
        entry.Size = content.Length;
    }

    /// <summary>What changed, in ascending order.</summary>
    public IReadOnlyList<Edit> ToEdits() => [.. _header.ToEdits(), .. _sectors.ToEdits()];

    private uint WriteSectors(ReadOnlySpan<byte> content)
    {
        var first = SectorNumber.EndOfChain;
        var previous = SectorNumber.EndOfChain;
        for (; !content.IsEmpty; content = content[Math.Min(_sectors.SectorBytes, content.Length)..])
        {
            var sector = _table.Allocate();
            var target = _sectors.Change(sector);
            target.Clear();
            content[..Math.Min(_sectors.SectorBytes, content.Length)].CopyTo(target);
            if (previous == SectorNumber.EndOfChain)
            {
                first = sector;
            }
            else
            {
                _table.Set(previous, sector);
            }

            previous = sector;
        }

        return first;
    }

    private byte[] ReadMini(DirectoryEntry stream, out List<uint> chain)
    {
        var size = (int)stream.Size;
        chain = _mini.ReadChain(stream.Start, size, $"entry {stream.Id} of its directory");
        var bytes = new byte[size];
        for (var index = 0; index < chain.Count; index++)
        {
            var target = bytes.AsSpan(index * MiniStream.SectorBytes);
            _mini.Read(chain[index])[..Math.Min(MiniStream.SectorBytes, target.Length)].CopyTo(target);
        }

        return bytes;
    }

    private uint Follow(DirectoryEntry stream, uint sector)
    {
        var next = _table.Next(sector);
        return next < SectorNumber.FirstSpecial ? next : throw Short(stream);
    }

    private static SignatureFormatException Short(DirectoryEntry stream) => CompoundHeader.Malformed(
        $"entry {stream.Id} of its directory has {stream.Size} bytes, and its chain of sectors ends before");
}
