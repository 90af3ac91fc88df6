using System.Buffers;
using System.Collections.Frozen;
using System.Security.Cryptography;
using Signet.Formats.Containers;
using Signet.Formats.Zip;

namespace Signet.Formats.Jar;

/// <summary>Java archives, signed as jarsigner does it.</summary>
/// <remarks>"JAR File Specification" (Java SE 17), sections "Manifest Specification" and "Signed JAR File".</remarks>
public sealed class JarFormat : ISignatureFormat, IContainerFormat
{
    private const int MaxManifestBytes = 128 << 20;
    private const int BufferBytes = 128 << 10;

    private static readonly FrozenSet<string> Names =
        new[] { ".jar", ".war", ".ear", ".aar", ".aab", ".hpi", ".jpi" }.ToFrozenSet(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Name => "jar";

    /// <inheritdoc/>
    public bool RequiresRandomAccess => true;

    /// <inheritdoc/>
    public bool SharesContent => true;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Extensions => Names;

    /// <inheritdoc/>
    public bool MatchesContent(ReadOnlySpan<byte> head) => ZipReader.MatchesContent(head);

    /// <inheritdoc/>
    public Task<IContainer> OpenAsync(Stream content, CancellationToken cancellationToken) =>
        ZipContainer.OpenAsync(
            content, name => name.StartsWith("META-INF/", StringComparison.OrdinalIgnoreCase) && name.IndexOf('/', 9) < 0, cancellationToken);

    /// <inheritdoc/>
    public async Task<IPreparedSignature> PrepareAsync(
        Stream content, SigningChoices choices, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(choices);
        var archive = await ZipReader.ReadAsync(content, null, cancellationToken).ConfigureAwait(false);
        Check(archive, choices);
        var keepsSignatures = choices.ExistingSignature == ExistingSignatureRule.Append && IsSigned(archive);
        var digests = await DigestAsync(archive, choices.HashAlgorithm, keepsSignatures, cancellationToken).ConfigureAwait(false);
        var entry = archive.Entries.FirstOrDefault(candidate => JarNames.IsManifest(candidate.Name));
        var old = entry is null
            ? null
            : ManifestText.Parse(
                await archive.ReadAllAsync(entry, MaxManifestOf(archive), cancellationToken).ConfigureAwait(false));
        var manifest = new ManifestUpdate(digests, EntryDigest.AttributeOf(choices.HashAlgorithm), keepsSignatures).Apply(old);
        return new PreparedJar(archive, entry, manifest, manifest != old, keepsSignatures, choices.HashAlgorithm);
    }

    /// <inheritdoc/>
    public Task<VerificationReport> VerifyAsync(
        Stream content, TrustAnchors trust, CancellationToken cancellationToken) =>
        Verification.JarVerifier.VerifyAsync(content, trust, cancellationToken);

    // A section has a name and a digest or two; the entry's own headers have the name twice.
    private static int MaxManifestOf(ZipFile archive) => (int)Math.Min(MaxManifestBytes, (64 << 10) + (4 * archive.Length));

    private static bool IsSigned(ZipFile archive) => archive.Entries.Any(entry => JarNames.IsSignatureFile(entry.Name));

    private static void Check(ZipFile archive, SigningChoices choices)
    {
        if (IsSigned(archive) && choices.ExistingSignature == ExistingSignatureRule.Refuse)
        {
            throw new SignatureFormatException(
                FormatFailure.AlreadySigned, "The JAR is signed already, and the request says to refuse that.");
        }

        // Java reads names as UTF-8 whatever the flag says, and finds the manifest without regard to case.
        if (archive.Entries.FirstOrDefault(entry => !entry.HasUtf8Name || entry.Name.AsSpan().IndexOfAny('\r', '\n') >= 0) is { } odd)
        {
            throw ZipErrors.Unsupported($"the name of entry '{odd.Name}' is no UTF-8 or has a line end, so no manifest can state it");
        }

        var twice = archive.Entries.Where(entry => JarNames.IsManifest(entry.Name) || JarNames.IsOfSignature(entry.Name))
            .GroupBy(entry => entry.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null)
        {
            throw ZipErrors.Malformed($"it has '{twice.Key}' more than once, in different cases");
        }
    }

    private static async Task<List<EntryDigest>> DigestAsync(
        ZipFile archive, HashAlgorithmName hash, bool keepsSignatures, CancellationToken cancellationToken)
    {
        HashAlgorithmName[] wanted = keepsSignatures ? [.. JarHash.All] : [hash];
        var hashes = wanted.Select(IncrementalHash.CreateHash).ToList();
        var digests = new List<EntryDigest>();
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            foreach (var entry in archive.Entries.Where(IsCovered))
            {
                var stream = archive.Open(entry);
                await using (stream.ConfigureAwait(false))
                {
                    int read;
                    while ((read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
                    {
                        hashes.ForEach(one => one.AppendData(buffer, 0, read));
                    }
                }

                digests.Add(new EntryDigest(
                    entry.Name, hash, wanted.Zip(hashes).ToDictionary(pair => pair.First, pair => pair.Second.GetHashAndReset())));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            hashes.ForEach(one => one.Dispose());
        }

        return digests;
    }

    private static bool IsCovered(ZipEntry entry) =>
        !entry.IsDirectory && !JarNames.IsManifest(entry.Name) && !JarNames.IsOfSignature(entry.Name);
}
