using System.Buffers;
using System.IO.Compression;

namespace Signet.Formats.Jar.Verification;

/// <summary>A JAR as a verifier sees it.</summary>
internal sealed class SignedJar
{
    private const string Meta = "META-INF/";
    private const int MaxMetaBytes = 128 << 20;
    private const long MaxExpandedBytes = 64L << 30;

    private static readonly string[] BlockExtensions = [".RSA", ".EC", ".DSA"];

    private readonly HashSet<ZipArchiveEntry> _meta;
    private readonly long _maxMetaBytes;

    /// <summary>Sorts the entries.</summary>
    /// <exception cref="SignatureFormatException">Names come twice, or the entries are too large.</exception>
    /// <param name="archive">The JAR.</param>
    /// <param name="length">Its length in bytes; manifest and signatures in it are not much longer.</param>
    public SignedJar(ZipArchive archive, long length)
    {
        _maxMetaBytes = Math.Min(MaxMetaBytes, (64 << 10) + (4 * length));
        var entries = archive.Entries;
        if (entries.GroupBy(entry => entry.FullName, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw Malformed($"it has '{twice.Key}' more than once");
        }

        CheckTotal(entries);
        _meta = [.. entries.Where(entry => IsMeta(entry.FullName))];
        var manifests = _meta.Where(entry => FileOf(entry).Equals("MANIFEST.MF", StringComparison.OrdinalIgnoreCase)).ToList();
        Manifest = manifests.Count <= 1 ? manifests.FirstOrDefault() : throw Malformed("it has more than one manifest");
        SignatureFiles = [.. _meta.Where(entry => HasExtension(entry, ".SF"))];
        Covered = [.. entries.Where(entry => !entry.FullName.EndsWith('/') && entry != Manifest && !IsOfSignature(entry))];
    }

    /// <summary>The manifest; null for none.</summary>
    public ZipArchiveEntry? Manifest { get; }

    /// <summary>The .SF file of each signature, in the order of the archive.</summary>
    public IReadOnlyList<ZipArchiveEntry> SignatureFiles { get; }

    /// <summary>Entries that a signature has to cover.</summary>
    public IReadOnlyList<ZipArchiveEntry> Covered { get; }

    /// <summary>An error about the JAR.</summary>
    public static SignatureFormatException Malformed(string what, Exception? cause = null) =>
        new(FormatFailure.Malformed, $"This is no well-formed JAR: {what}.", cause);

    /// <summary>The signature block that belongs to a .SF file; null for none.</summary>
    public ZipArchiveEntry? BlockOf(ZipArchiveEntry signatureFile)
    {
        var baseName = Path.GetFileNameWithoutExtension(FileOf(signatureFile));
        return BlockExtensions
            .Select(extension => _meta.FirstOrDefault(
                entry => FileOf(entry).Equals(baseName + extension, StringComparison.OrdinalIgnoreCase)))
            .FirstOrDefault(entry => entry is not null);
    }

    /// <summary>Reads a manifest, .SF file or block.</summary>
    public async Task<byte[]> ReadAsync(ZipArchiveEntry entry, CancellationToken cancellationToken)
    {
        if (entry.Length > _maxMetaBytes)
        {
            throw Malformed($"'{entry.FullName}' is too large");
        }

        using var result = new MemoryStream();
        await foreach (var piece in PiecesAsync(entry, cancellationToken).ConfigureAwait(false))
        {
            result.Write(piece.Span);
        }

        return result.ToArray();
    }

    /// <summary>The content of an entry in pieces; never more than the directory states.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> PiecesAsync(
        ZipArchiveEntry entry, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var stream = await entry.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var buffer = ArrayPool<byte>.Shared.Rent(64 << 10);
            try
            {
                long total = 0;
                int read;
                while ((read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
                {
                    total += read;
                    if (total > entry.Length)
                    {
                        throw Malformed($"'{entry.FullName}' has more content than its size says");
                    }

                    yield return buffer.AsMemory(0, read);
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    private static void CheckTotal(IEnumerable<ZipArchiveEntry> entries)
    {
        long total = 0;
        foreach (var entry in entries)
        {
            if (entry.Length < 0 || entry.Length > MaxExpandedBytes - total)
            {
                throw Malformed("its entries are too large");
            }

            total += entry.Length;
        }
    }

    private static bool IsMeta(string name) =>
        name.StartsWith(Meta, StringComparison.OrdinalIgnoreCase) && name.LastIndexOf('/') == Meta.Length - 1;

    private static string FileOf(ZipArchiveEntry entry) => entry.FullName[Meta.Length..];

    private static bool HasExtension(ZipArchiveEntry entry, string extension) =>
        FileOf(entry).EndsWith(extension, StringComparison.OrdinalIgnoreCase);

    private bool IsOfSignature(ZipArchiveEntry entry)
    {
        if (!_meta.Contains(entry))
        {
            return false;
        }

        // "Signed JAR File": the SIG- prefix is kept for signatures, with an extension of at most three letters or none.
        var file = FileOf(entry);
        var dot = file.LastIndexOf('.');
        return HasExtension(entry, ".SF") || BlockExtensions.Any(extension => HasExtension(entry, extension))
            || (file.StartsWith("SIG-", StringComparison.OrdinalIgnoreCase)
                && (dot < 0 || (file.Length - dot is >= 2 and <= 4 && file[(dot + 1)..].All(char.IsAsciiLetterOrDigit))));
    }
}
