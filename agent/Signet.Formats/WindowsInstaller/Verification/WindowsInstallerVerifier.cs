using System.Buffers;
using System.Security.Cryptography;
using Signet.Formats.Authenticode.Verification;

namespace Signet.Formats.WindowsInstaller.Verification;

/// <summary>Verifies the signatures of an installer package. It shares no code with what signs.</summary>
internal static class WindowsInstallerVerifier
{
    private const string SignatureName = "\u0005DigitalSignature";
    private const string MetadataName = "\u0005MsiDigitalSignatureEx";
    private const int MaxSignatureBytes = 16 << 20;
    private const int BufferBytes = 128 << 10;

    /// <summary>Says who signed the file and whether each signature holds.</summary>
    /// <param name="content">The file from its first byte; it can seek.</param>
    /// <param name="trust">Which roots are trusted.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="SignatureFormatException">It is no well-formed package.</exception>
    public static async Task<VerificationReport> VerifyAsync(
        Stream content, TrustAnchors trust, CancellationToken cancellationToken)
    {
        var package = new PackageReader(content);
        if (ReadStream(package, SignatureName) is not { Length: > 0 } encoded)
        {
            return new VerificationReport("msi", []);
        }

        var stated = ReadStream(package, MetadataName);
        var signatures = EmbeddedSignature.ReadWithNested(encoded, trust.KnownCertificates).ToList();
        var algorithms = signatures.Select(signature => signature.ContentHashAlgorithm).OfType<HashAlgorithmName>().Distinct().ToList();
        var metadata = algorithms.ToDictionary(algorithm => algorithm, algorithm => Metadata(package, algorithm));
        var digests = await ComputeAsync(
            content, package, algorithms, stated is null ? null : metadata, cancellationToken).ConfigureAwait(false);
        return new VerificationReport("msi", [.. signatures.Select(signature => signature.Verify(
            algorithm => digests[algorithm], trust, MetadataProblems(signature, stated, metadata)))]);
    }

    private static string[] MetadataProblems(
        EmbeddedSignature signature, byte[]? stated, Dictionary<HashAlgorithmName, byte[]> metadata) =>
        stated is null || signature.ContentHashAlgorithm is not { } algorithm || metadata[algorithm].AsSpan().SequenceEqual(stated)
            ? []
            : ["The file's metadata is not what MsiDigitalSignatureEx says: a name, a size, a time or a class id was changed."];

    private static byte[]? ReadStream(PackageReader package, string name)
    {
        var stream = package.Root.Members.FirstOrDefault(member => member.IsNamed(name));
        if (stream is null)
        {
            return null;
        }

        return stream.IsStream && package.SizeOf(stream) <= MaxSignatureBytes
            ? package.ReadAll(package.Locate(stream))
            : throw PackageReader.Malformed($"the stream '{name[1..]}' is too long, or no stream");
    }

    private static byte[] Metadata(PackageReader package, HashAlgorithmName algorithm)
    {
        using var hash = IncrementalHash.CreateHash(algorithm);
        Add(package.Root, isRoot: true);
        return hash.GetHashAndReset();

        void Add(PackageEntry entry, bool isRoot)
        {
            hash.AppendData(isRoot ? [] : entry.Name);
            hash.AppendData(entry.Raw, entry.IsStream ? 120 : 80, entry.IsStream ? 4 : 16);
            hash.AppendData(entry.Raw, 96, isRoot ? 4 : 20);
            foreach (var member in Signed(entry, isRoot))
            {
                Add(member, isRoot: false);
            }
        }
    }

    private static async Task<Dictionary<HashAlgorithmName, byte[]>> ComputeAsync(
        Stream content, PackageReader package, List<HashAlgorithmName> algorithms,
        Dictionary<HashAlgorithmName, byte[]>? metadata, CancellationToken cancellationToken)
    {
        var hashes = algorithms.Select(IncrementalHash.CreateHash).ToList();
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            for (var index = 0; index < hashes.Count && metadata is not null; index++)
            {
                hashes[index].AppendData(metadata[algorithms[index]]);
            }

            await AddAsync(package.Root, isRoot: true).ConfigureAwait(false);
            return algorithms.Zip(hashes).ToDictionary(pair => pair.First, pair => pair.Second.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            hashes.ForEach(hash => hash.Dispose());
        }

        async Task AddAsync(PackageEntry storage, bool isRoot)
        {
            foreach (var member in Signed(storage, isRoot))
            {
                if (member.IsStream)
                {
                    await AddExtentsAsync(package.Locate(member)).ConfigureAwait(false);
                }
                else
                {
                    await AddAsync(member, isRoot: false).ConfigureAwait(false);
                }
            }

            hashes.ForEach(hash => hash.AppendData(storage.Raw, 80, 16));
        }

        async Task AddExtentsAsync(IEnumerable<Extent> extents)
        {
            foreach (var run in Runs(extents))
            {
                content.Position = run.Offset;
                var read = await content.ReadAtLeastAsync(
                    buffer.AsMemory(0, run.Length), run.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                if (read < run.Length)
                {
                    throw PackageReader.Malformed($"it ends inside of a stream at 0x{run.Offset:x}");
                }

                hashes.ForEach(hash => hash.AppendData(buffer, 0, run.Length));
            }
        }
    }

    private static IEnumerable<PackageEntry> Signed(PackageEntry storage, bool isRoot) => isRoot
        ? storage.Members.Where(member => !member.IsNamed(SignatureName) && !member.IsNamed(MetadataName))
        : storage.Members;

    // Pieces that lie one behind the other are read at once.
    private static IEnumerable<Extent> Runs(IEnumerable<Extent> extents)
    {
        var run = new Extent(0, 0);
        foreach (var extent in extents)
        {
            if (run.Offset + run.Length == extent.Offset && run.Length + extent.Length <= BufferBytes)
            {
                run = run with { Length = run.Length + extent.Length };
                continue;
            }

            if (run.Length > 0)
            {
                yield return run;
            }

            run = extent;
        }

        if (run.Length > 0)
        {
            yield return run;
        }
    }
}
