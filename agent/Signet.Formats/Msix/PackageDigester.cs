using System.Security.Cryptography;
using Signet.Formats.Zip;

namespace Signet.Formats.Msix;

/// <summary>Computes what a signature signs of a package.</summary>
internal static class PackageDigester
{
    /// <summary>Computes the digest of a package as it is without a signature.</summary>
    /// <param name="package">The package.</param>
    /// <param name="edits">What makes it the package without a signature.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<AppxDigest> ComputeAsync(
        AppPackage package, IReadOnlyList<Edit> edits, CancellationToken cancellationToken)
    {
        var unsigned = new EditedStream(package.Archive.Content, edits, leaveOpen: true);
        await using (unsigned.ConfigureAwait(false))
        {
            // The last edit is the directory up to the end.
            var directoryBytes = edits[^1].Inserted.Length;
            using var hash = IncrementalHash.CreateHash(package.HashAlgorithm);
            await AppxDigest.AppendAsync(
                hash, unsigned, unsigned.Length - directoryBytes, cancellationToken).ConfigureAwait(false);
            var records = hash.GetHashAndReset();
            hash.AppendData(edits[^1].Inserted.Span);
            var directory = hash.GetHashAndReset();
            var archive = await ZipReader.ReadAsync(unsigned, null, cancellationToken).ConfigureAwait(false);
            return new AppxDigest(
                records,
                directory,
                (await HashFileAsync(archive, PackageFiles.ContentTypes, hash, cancellationToken).ConfigureAwait(false))!,
                (await HashFileAsync(archive, PackageFiles.BlockMap, hash, cancellationToken).ConfigureAwait(false))!,
                await HashFileAsync(archive, PackageFiles.CodeIntegrity, hash, cancellationToken).ConfigureAwait(false));
        }
    }

    private static async Task<byte[]?> HashFileAsync(
        ZipFile archive, string name, IncrementalHash hash, CancellationToken cancellationToken)
    {
        if (archive.Find(name) is not { } entry)
        {
            return null;
        }

        var content = archive.Open(entry);
        await using (content.ConfigureAwait(false))
        {
            await AppxDigest.AppendAsync(hash, content, entry.ContentBytes, cancellationToken).ConfigureAwait(false);
        }

        return hash.GetHashAndReset();
    }
}
