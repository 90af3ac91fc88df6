using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Signet.Formats.Cabinets;

/// <summary>
/// Reads a cabinet once from its start to its end, as it arrives, and computes the digest that its signature will state:
/// that of the signed file, whose header may be longer, so that the offsets in it are larger.
/// </summary>
/// <param name="content">The cabinet from its first byte.</param>
/// <param name="hashAlgorithm">The hash.</param>
/// <param name="asIs">True for the digest of the file as it is, which is what a catalog states.</param>
internal sealed class CabinetReader(Stream content, HashAlgorithmName hashAlgorithm, bool asIs = false)
{
    private const int BufferBytes = 64 << 10;
    private const int FolderBytes = 8;

    // A name and its disk have at most 255 bytes each, and a zero ([MS-CAB] section 2.1).
    private const int MaxNameBytes = 256;

    // Larger than any real one by far.
    private const int MaxSignatureBytes = 16 << 20;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private long _position;

    /// <summary>Reads to the end.</summary>
    /// <exception cref="SignatureFormatException">The file is not well-formed.</exception>
    public async Task<ReadCabinet> ReadAsync(CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(hashAlgorithm);
        var header = await ReadHeaderAsync(cancellationToken).ConfigureAwait(false);
        hash.AppendData(asIs ? header.HashedBytesAsIs() : header.HashedBytes());
        hash.AppendData(await ReadNamesAsync(header.Names, cancellationToken).ConfigureAwait(false));
        var foldersOffset = _position;
        var folders = await ReadFoldersAsync(header, cancellationToken).ConfigureAwait(false);
        hash.AppendData(folders);
        CheckSize(header);
        await ReadContentAsync(header.CabinetSize, hash, cancellationToken).ConfigureAwait(false);
        var signature = await ReadRestAsync(header, cancellationToken).ConfigureAwait(false);
        return new ReadCabinet(
            header, foldersOffset, folders, signature.IsEmpty ? header.Inline : signature, signature.Length, hash.GetHashAndReset());
    }

    private async Task<CabinetHeader> ReadHeaderAsync(CancellationToken cancellationToken)
    {
        var start = await ReadAsync(CabinetHeader.FixedBytes, cancellationToken).ConfigureAwait(false);
        if (!CabinetHeader.IsReservePresent(start))
        {
            return new CabinetHeader(start, [], []);
        }

        var sizes = await ReadAsync(CabinetHeader.SizesBytes, cancellationToken).ConfigureAwait(false);
        var reserve = await ReadAsync(BinaryPrimitives.ReadUInt16LittleEndian(sizes), cancellationToken).ConfigureAwait(false);
        return new CabinetHeader(start, sizes, reserve);
    }

    private async Task<byte[]> ReadNamesAsync(int count, CancellationToken cancellationToken)
    {
        var names = new List<byte>();
        for (var name = 0; name < count; name++)
        {
            for (var length = 0; ; length++)
            {
                if (length == MaxNameBytes)
                {
                    throw CabinetHeader.Malformed($"a name of another cabinet of its set has more than {MaxNameBytes - 1} bytes");
                }

                var next = (await ReadAsync(1, cancellationToken).ConfigureAwait(false))[0];
                names.Add(next);
                if (next == 0)
                {
                    break;
                }
            }
        }

        return [.. names];
    }

    // With the offsets of the signed file.
    private async Task<byte[]> ReadFoldersAsync(CabinetHeader header, CancellationToken cancellationToken)
    {
        using var folders = new MemoryStream();
        for (var number = 0; number < header.Folders; number++)
        {
            var folder = await ReadAsync(FolderBytes + header.FolderReserve, cancellationToken).ConfigureAwait(false);
            var offset = BinaryPrimitives.ReadUInt32LittleEndian(folder);
            if (offset > header.CabinetSize)
            {
                throw CabinetHeader.Malformed($"folder {number} begins at 0x{offset:x}, behind the cabinet's end at 0x{header.CabinetSize:x}");
            }

            BinaryPrimitives.WriteUInt32LittleEndian(folder, (uint)(offset + (asIs ? 0L : header.Growth)));
            folders.Write(folder);
        }

        return folders.ToArray();
    }

    private void CheckSize(CabinetHeader header)
    {
        if (header.FilesOffset < _position || header.CabinetSize < header.FilesOffset)
        {
            throw CabinetHeader.Malformed(
                $"its files begin at 0x{header.FilesOffset:x}, which is not between its folders' end at 0x{_position:x} and its end at 0x{header.CabinetSize:x}");
        }
    }

    private async Task ReadContentAsync(uint end, IncrementalHash hash, CancellationToken cancellationToken)
    {
        while (_position < end)
        {
            var wanted = (int)Math.Min(BufferBytes, end - _position);
            var read = await content.ReadAsync(_buffer.AsMemory(0, wanted), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                throw CabinetHeader.Malformed($"it ends at 0x{_position:x}, and its header says 0x{end:x}");
            }

            hash.AppendData(_buffer, 0, read);
            _position += read;
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadRestAsync(CabinetHeader header, CancellationToken cancellationToken)
    {
        var (offset, length) = header.Pointer ?? (header.CabinetSize, 0);
        if (offset != header.CabinetSize || length > MaxSignatureBytes)
        {
            throw CabinetHeader.Malformed(
                $"its signature has {length} bytes from 0x{offset:x} on, and the cabinet ends at 0x{header.CabinetSize:x}");
        }

        // Grows with what arrives, so that a wrong size costs no memory.
        using var rest = new MemoryStream();
        int read;
        while ((read = await content.ReadAsync(_buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            rest.Write(_buffer, 0, read);
            if (rest.Length > length)
            {
                throw CabinetHeader.Malformed($"there are bytes behind its end at 0x{offset + length:x}, which no signature covers");
            }
        }

        return rest.Length == length
            ? rest.ToArray()
            : throw CabinetHeader.Malformed($"its signature has {length} bytes from 0x{offset:x} on, and the file ends before");
    }

    private async Task<byte[]> ReadAsync(int count, CancellationToken cancellationToken)
    {
        var bytes = new byte[count];
        var read = await content.ReadAtLeastAsync(bytes, count, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        _position += read;
        return read == count ? bytes : throw CabinetHeader.Malformed($"it ends at 0x{_position:x}, inside of its header");
    }
}

/// <summary>What is known of a cabinet that was read.</summary>
/// <param name="Header">Its header.</param>
/// <param name="FoldersOffset">Where the CFFOLDER entries begin.</param>
/// <param name="Folders">Those entries as they are in the signed file.</param>
/// <param name="Signature">The PKCS#7 signature that is there; empty for none.</param>
/// <param name="AppendedBytes">How much of it lies behind the cabinet.</param>
/// <param name="Digest">What is signed.</param>
internal sealed record ReadCabinet(
    CabinetHeader Header, long FoldersOffset, byte[] Folders, ReadOnlyMemory<byte> Signature, int AppendedBytes, byte[] Digest);
