namespace Signet.LargeFiles;

/// <summary>Copies what is mostly zeros into a file with holes.</summary>
internal static class SparseCopy
{
    private const int BlockBytes = 1 << 20;

    /// <summary>Writes a stream from its first byte on into a new file.</summary>
    public static async Task WriteAsync(Stream content, string path, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[BlockBytes];
        content.Position = 0;
        int count;
        while ((count = await content.ReadAtLeastAsync(block, block.Length, false, cancellationToken)) > 0)
        {
            if (block.AsSpan(0, count).ContainsAnyExcept((byte)0))
            {
                await file.WriteAsync(block.AsMemory(0, count), cancellationToken);
            }
            else
            {
                file.Position += count;
            }
        }

        file.SetLength(file.Position);
    }
}
