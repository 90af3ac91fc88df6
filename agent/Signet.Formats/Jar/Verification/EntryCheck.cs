using System.IO.Compression;
using System.Security.Cryptography;

namespace Signet.Formats.Jar.Verification;

/// <summary>How the entries of a JAR compare with its manifest.</summary>
/// <param name="Sound">Entries whose digests are all right.</param>
/// <param name="Wrong">Entries that were changed.</param>
/// <param name="Unlisted">Entries of which the manifest states no accepted digest.</param>
/// <param name="Missing">Names whose digest the manifest states, and that are not there.</param>
internal sealed record EntryCheck(
    IReadOnlyList<string> Sound, IReadOnlyList<string> Wrong, IReadOnlyList<string> Unlisted, IReadOnlyList<string> Missing)
{
    /// <summary>Reads every entry once.</summary>
    public static async Task<EntryCheck> RunAsync(SignedJar jar, ManifestReader manifest, CancellationToken cancellationToken)
    {
        var (sound, wrong, unlisted) = (new List<string>(), new List<string>(), new List<string>());
        var present = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in jar.Covered)
        {
            present.Add(entry.FullName);
            var stated = manifest.Find(entry.FullName) is { } section ? StatedDigests.Find(section, "-Digest") : [];
            var list = stated.Count == 0 ? unlisted
                : await HoldsAsync(entry, stated, cancellationToken).ConfigureAwait(false) ? sound : wrong;
            list.Add(entry.FullName);
        }

        var missing = manifest.Names.Where(name =>
            !name.EndsWith('/') && !present.Contains(name) && StatedDigests.Find(manifest.Find(name)!, "-Digest").Count > 0);
        return new EntryCheck(sound, wrong, unlisted, [.. missing]);
    }

    private static async Task<bool> HoldsAsync(
        ZipArchiveEntry entry, IReadOnlyList<(HashAlgorithmName Hash, string Base64)> stated, CancellationToken cancellationToken)
    {
        var hashes = stated.Select(digest => IncrementalHash.CreateHash(digest.Hash)).ToList();
        try
        {
            await foreach (var piece in SignedJar.PiecesAsync(entry, cancellationToken).ConfigureAwait(false))
            {
                hashes.ForEach(hash => hash.AppendData(piece.Span));
            }

            return stated.Zip(hashes).All(pair => Convert.ToBase64String(pair.Second.GetHashAndReset()) == pair.First.Base64);
        }
        finally
        {
            hashes.ForEach(hash => hash.Dispose());
        }
    }
}
