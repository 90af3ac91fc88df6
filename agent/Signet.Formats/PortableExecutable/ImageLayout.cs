namespace Signet.Formats.PortableExecutable;

/// <summary>Where things lie in a PE file ("PE Format", Microsoft).</summary>
internal sealed record ImageLayout
{
    /// <summary>Offset of the optional header's CheckSum, 4 bytes.</summary>
    public required long ChecksumOffset { get; init; }

    /// <summary>Offset of the Certificate Table entry of the data directories, 8 bytes.</summary>
    public required long CertificateEntryOffset { get; init; }

    /// <summary>Offset of the first byte behind the section table.</summary>
    public required long HeadersEnd { get; init; }

    /// <summary>Offset of the certificate table; 0 for none.</summary>
    public required uint CertificateTableOffset { get; init; }

    /// <summary>Size of the certificate table in bytes; 0 for none.</summary>
    public required uint CertificateTableSize { get; init; }

    /// <summary>Sections that have content in the file, in the order of their places.</summary>
    public required IReadOnlyList<SectionContent> Sections { get; init; }

    /// <summary>SizeOfHeaders: how many bytes from the start of the file are mapped as headers.</summary>
    public required uint HeadersSize { get; init; }

    /// <summary>Bytes of a page: 8192 on Itanium and Alpha, else 4096.</summary>
    public required int PageBytes { get; init; }

    /// <summary>Whether there is a certificate table.</summary>
    public bool HasCertificateTable => CertificateTableSize > 0;
}

/// <summary>The content of a section.</summary>
/// <param name="Number">Its number in the section table, from 1.</param>
/// <param name="Offset">PointerToRawData.</param>
/// <param name="Size">SizeOfRawData.</param>
internal readonly record struct SectionContent(int Number, uint Offset, uint Size)
{
    /// <summary>First offset behind it.</summary>
    public long End => (long)Offset + Size;
}
