using System.Security.Cryptography;
using Signet.Formats.Zip;

namespace Signet.Formats.Msix;

/// <summary>
/// Holds the content of a package against its block map before it is signed: Windows would refuse to install what does not
/// agree.
/// </summary>
internal static class BlockMapCheck
{
    /// <summary>Reads the whole content.</summary>
    /// <param name="package">The package.</param>
    /// <param name="map">Its block map.</param>
    /// <param name="isBundle">Whether it is a bundle, whose packages have block maps of their own.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="SignatureFormatException">A file is missing on one side, or another one.</exception>
    public static async Task RunAsync(ZipFile package, BlockMap map, bool isBundle, CancellationToken cancellationToken)
    {
        var files = new Dictionary<string, BlockMapFile>(StringComparer.OrdinalIgnoreCase);
        foreach (var file in map.Files)
        {
            if (!files.TryAdd(file.Name, file))
            {
                throw PackageErrors.Malformed($"its block map has '{file.Name}' twice");
            }
        }

        foreach (var entry in package.Entries.OrderBy(entry => entry.Offset))
        {
            if (PackageFiles.IsOutsideOfBlockMap(entry.Name))
            {
                continue;
            }

            if (files.Remove(PackageFiles.ToWindowsName(entry.Name), out var file))
            {
                await CheckAsync(package, entry, file, map.HashAlgorithm, cancellationToken).ConfigureAwait(false);
            }
            else if (!isBundle || !PackageFiles.IsPackage(entry.Name))
            {
                throw PackageErrors.Malformed($"its block map has no file '{entry.Name}'");
            }
        }

        if (files.Count > 0)
        {
            throw PackageErrors.Malformed($"its block map has the file '{files.Keys.First()}', and the package has not");
        }
    }

    private static async Task CheckAsync(
        ZipFile package, ZipEntry entry, BlockMapFile file, HashAlgorithmName algorithm, CancellationToken cancellationToken)
    {
        if (file.Size != entry.ContentBytes || file.LocalHeaderBytes != entry.DataOffset - entry.Offset)
        {
            throw PackageErrors.Malformed($"its block map has other sizes for '{entry.Name}' than the package");
        }

        if (file.Blocks.Count != (file.Size + BlockMap.BlockBytes - 1) / BlockMap.BlockBytes)
        {
            throw PackageErrors.Malformed($"its block map has {file.Blocks.Count} blocks for the {file.Size} bytes of '{entry.Name}'");
        }

        var packed = file.Blocks.Aggregate(0L, (sum, block) => sum + Math.Min(block.PackedBytes ?? 0, uint.MaxValue));
        if (packed > entry.Header.CompressedBytes)
        {
            throw PackageErrors.Malformed($"its block map has more packed bytes for '{entry.Name}' than the package");
        }

        var buffer = new byte[BlockMap.BlockBytes];
        var content = package.Open(entry);
        await using (content.ConfigureAwait(false))
        {
            for (var index = 0; index < file.Blocks.Count; index++)
            {
                var count = await content.ReadAtLeastAsync(
                    buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                var hash = CryptographicOperations.HashData(algorithm, buffer.AsSpan(0, count));
                if (!hash.AsSpan().SequenceEqual(file.Blocks[index].Hash))
                {
                    throw PackageErrors.Malformed($"block {index} of '{entry.Name}' is not the one of its block map");
                }
            }

            // The length and the CRC-32 are checked at the end of the stream.
            if (await content.ReadAsync(buffer.AsMemory(0, 1), cancellationToken).ConfigureAwait(false) > 0)
            {
                throw PackageErrors.Malformed($"'{entry.Name}' is longer than its block map says");
            }
        }
    }
}
