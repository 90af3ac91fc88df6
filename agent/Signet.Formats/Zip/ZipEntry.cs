namespace Signet.Formats.Zip;

/// <summary>One entry of an archive, its local header checked against the central directory.</summary>
internal sealed class ZipEntry
{
    /// <summary>Name as text; a directory's ends with a slash.</summary>
    public required string Name { get; init; }

    /// <summary>Whether the name is valid UTF-8, which is how readers that ignore bit 11 read it.</summary>
    public required bool HasUtf8Name { get; init; }

    /// <summary>The header in the central directory.</summary>
    public required CentralHeader Header { get; init; }

    /// <summary>Offset of the local header.</summary>
    public required long Offset { get; init; }

    /// <summary>Offset of the compressed data.</summary>
    public required long DataOffset { get; init; }

    /// <summary>Offset behind the data and its descriptor.</summary>
    public required long End { get; init; }

    /// <summary>Bytes of content after decompression, as both headers state.</summary>
    public long ContentBytes => Header.ContentBytes;

    /// <summary>Whether it is a directory.</summary>
    public bool IsDirectory => Name.EndsWith('/');
}
