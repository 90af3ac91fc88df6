namespace Signet.LargeFiles;

/// <summary>A file of a format that is signed and verified large.</summary>
/// <param name="Name">Of the case: that of the format, and where a format has several cases what is special behind a dash.</param>
/// <param name="Format">Name of the format in the catalog.</param>
/// <param name="FileName">Name of the file, with an extension of the format.</param>
/// <param name="Bytes">Size of the large file, about.</param>
/// <param name="Write">Writes one of about this size; most of it is a hole, which reads as zeros and takes no room on the disk.</param>
internal sealed record LargeFile(string Name, string Format, string FileName, long Bytes, Action<FileStream, long> Write)
{
    /// <summary>Words of the refusal, for a file that is larger than its format allows; null for one that is signed.</summary>
    public string? Refusal { get; init; }

    /// <summary>How much more memory it may take than a small file.</summary>
    public long MaxGrowthBytes { get; init; } = 64 << 20;

    /// <summary>Another program's opinion of the signed file; null where there is no such program.</summary>
    public Judge? Judge { get; init; }
}
