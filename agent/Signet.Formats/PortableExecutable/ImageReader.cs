using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;

namespace Signet.Formats.PortableExecutable;

/// <summary>
/// Reads a PE file once from its start to its end, as it arrives, and computes its Authenticode digest on the way
/// ("Windows Authenticode Portable Executable Signature Format", section "Calculating the PE Image Hash"). The digest
/// leaves out the CheckSum, the certificate table and its directory entry.
/// </summary>
/// <param name="content">The file from its first byte.</param>
/// <param name="hashAlgorithm">Hash of the digest.</param>
/// <param name="withPageHashes">Whether each page is hashed too.</param>
internal sealed class ImageReader(Stream content, HashAlgorithmName hashAlgorithm, bool withPageHashes)
{
    private const int BufferBytes = 64 << 10;

    private ImageChecksum _checksum;

    /// <summary>Reads to the end.</summary>
    /// <exception cref="SignatureFormatException">The file is not well-formed.</exception>
    public async Task<ReadImage> ReadAsync(CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(hashAlgorithm);
        var (headers, layout) = await ReadHeadersAsync(cancellationToken).ConfigureAwait(false);
        AddHeaders(hash, headers, layout);
        using var pages = withPageHashes ? new PageHashes(layout) : null;
        pages?.Add(headers);

        var contentEnd = await ReadContentAsync(hash, pages, layout, cancellationToken).ConfigureAwait(false);
        CheckSections(layout, contentEnd);
        var table = await ReadTableAsync(layout, contentEnd, cancellationToken).ConfigureAwait(false);

        // Where the table will begin at a multiple of 8, the zeros in front of it belong to the signed file.
        var padding = CertificateTable.PaddingAt(contentEnd);
        hash.AppendData(new byte[padding]);
        _checksum.AddZeros(padding);
        return new ReadImage(layout, contentEnd, padding, table, hash.GetHashAndReset(), _checksum, pages?.Finish());
    }

    private async Task<(byte[] Headers, ImageLayout Layout)> ReadHeadersAsync(CancellationToken cancellationToken)
    {
        var headers = new byte[ImageHeaders.DosHeaderBytes];
        await FillAsync(headers, 0, cancellationToken).ConfigureAwait(false);
        var peOffset = ImageHeaders.ReadPeOffset(headers);
        headers = await GrowAsync(
            headers, ImageHeaders.BytesToCoffHeaderEnd(peOffset), cancellationToken).ConfigureAwait(false);
        headers = await GrowAsync(
            headers, ImageHeaders.ReadHeadersEnd(headers, peOffset), cancellationToken).ConfigureAwait(false);
        return (headers, ImageHeaders.ReadLayout(headers, peOffset));
    }

    private void AddHeaders(IncrementalHash hash, byte[] headers, ImageLayout layout)
    {
        const int ChecksumBytes = 4;
        const int EntryBytes = 8;
        var checksum = (int)layout.ChecksumOffset;
        var entry = (int)layout.CertificateEntryOffset;
        Add(headers.AsSpan(..checksum));
        _checksum.AddZeros(ChecksumBytes);
        Add(headers.AsSpan((checksum + ChecksumBytes)..entry));
        _checksum.AddZeros(EntryBytes);
        Add(headers.AsSpan((entry + EntryBytes)..));

        void Add(ReadOnlySpan<byte> bytes)
        {
            hash.AppendData(bytes);
            _checksum.Add(bytes);
        }
    }

    /// <summary>Up to the certificate table, or to the end where there is none.</summary>
    /// <returns>The offset there.</returns>
    private async Task<long> ReadContentAsync(
        IncrementalHash hash, PageHashes? pages, ImageLayout layout, CancellationToken cancellationToken)
    {
        var offset = layout.HeadersEnd;
        var end = layout.HasCertificateTable ? layout.CertificateTableOffset : long.MaxValue;
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            while (offset < end)
            {
                var wanted = (int)Math.Min(buffer.Length, end - offset);
                var read = await content.ReadAsync(buffer.AsMemory(0, wanted), cancellationToken).ConfigureAwait(false);
                if (read == 0)
                {
                    break;
                }

                hash.AppendData(buffer, 0, read);
                pages?.Add(buffer.AsSpan(0, read));
                _checksum.Add(buffer.AsSpan(0, read));
                offset += read;
                CertificateTable.RequirePlace(offset);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return layout.HasCertificateTable && offset < end
            ? throw Malformed($"the certificate table begins at 0x{end:x}, behind the file's end at 0x{offset:x}")
            : offset;
    }

    private async Task<byte[]> ReadTableAsync(ImageLayout layout, long offset, CancellationToken cancellationToken)
    {
        if (layout.CertificateTableSize > CertificateTable.MaxBytes)
        {
            throw Malformed($"the certificate table has {layout.CertificateTableSize} bytes, more than {CertificateTable.MaxBytes}");
        }

        // Grows with what arrives, so that a wrong size costs no memory.
        using var table = new MemoryStream();
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            int read;
            while ((read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                table.Write(buffer, 0, read);
                if (table.Length > layout.CertificateTableSize)
                {
                    throw Malformed($"there are bytes behind the certificate table, which ends at 0x{offset + layout.CertificateTableSize:x}");
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return table.Length == layout.CertificateTableSize
            ? table.ToArray()
            : throw Malformed($"the certificate table has {layout.CertificateTableSize} bytes from 0x{offset:x} on, and the file ends before");
    }

    private static void CheckSections(ImageLayout layout, long contentEnd)
    {
        foreach (var section in layout.Sections.Where(section => section.End > contentEnd))
        {
            throw Malformed($"section {section.Number} ends at 0x{section.End:x}, behind the end of the content at 0x{contentEnd:x}");
        }
    }

    private async Task<byte[]> GrowAsync(byte[] head, int size, CancellationToken cancellationToken)
    {
        if (size > ImageHeaders.MaxHeaderBytes)
        {
            throw Malformed($"its headers end at 0x{size:x}, behind every place that an image has them");
        }

        // A PE header may begin inside of the DOS header's 64 bytes only where e_lfanew is wrong, so this only grows.
        var grown = new byte[size];
        head.CopyTo(grown, 0);
        await FillAsync(grown, head.Length, cancellationToken).ConfigureAwait(false);
        return grown;
    }

    private async Task FillAsync(byte[] buffer, int from, CancellationToken cancellationToken)
    {
        var missing = buffer.Length - from;
        var read = await content.ReadAtLeastAsync(
            buffer.AsMemory(from), missing, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (read < missing)
        {
            throw Malformed($"it ends at 0x{from + read:x}, inside of its headers");
        }
    }

    private static SignatureFormatException Malformed(FormattableString what) =>
        ImageHeaders.Malformed(what.ToString(CultureInfo.InvariantCulture));
}

/// <summary>What is known of a PE file that was read.</summary>
/// <param name="Layout">Where things lie.</param>
/// <param name="ContentEnd">Offset of the first byte that is not content: the certificate table's, or the file's end.</param>
/// <param name="PaddingBytes">Zeros between content and certificate table, 0 to 7.</param>
/// <param name="CertificateTable">The certificate table that is there; empty for none.</param>
/// <param name="Digest">The Authenticode digest.</param>
/// <param name="Checksum">Over everything in front of the certificate table, its directory entry taken as zero.</param>
/// <param name="PageHashes">Offsets and hashes of its pages; null where they were not asked for.</param>
internal sealed record ReadImage(
    ImageLayout Layout, long ContentEnd, int PaddingBytes, byte[] CertificateTable, byte[] Digest, ImageChecksum Checksum,
    byte[]? PageHashes);
