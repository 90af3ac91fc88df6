namespace Signet.Formats.Zip;

/// <summary>How much of a hostile archive is read before it is refused.</summary>
internal sealed record ZipLimits
{
    /// <summary>What a release artifact stays below.</summary>
    public static ZipLimits Default { get; } = new();

    /// <summary>Most entries of an archive.</summary>
    public int Entries { get; init; } = 1 << 20;

    /// <summary>Most bytes of the central directory, which is held in memory.</summary>
    public long DirectoryBytes { get; init; } = 256L << 20;

    /// <summary>Most bytes of all entries together after decompression.</summary>
    public long ExpandedBytes { get; init; } = 64L << 30;
}
