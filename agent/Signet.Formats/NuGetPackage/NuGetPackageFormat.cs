using System.Buffers;
using System.Collections.Frozen;
using System.Security.Cryptography;
using Signet.Formats.Containers;
using Signet.Formats.Zip;

namespace Signet.Formats.NuGetPackage;

/// <summary>NuGet packages with an author signature.</summary>
/// <remarks>
/// "NuGet Package Signatures Technical Specification" (NuGet/Home wiki): the signature lies in .signature.p7s and covers the
/// package as it is without that entry.
/// </remarks>
/// <param name="time">Says when a signature was made, which its signed attributes state.</param>
public sealed class NuGetPackageFormat(TimeProvider time) : ISignatureFormat, IContainerFormat
{
    /// <summary>The entry that holds the signature.</summary>
    internal const string SignatureEntry = ".signature.p7s";

    private const int BufferBytes = 128 << 10;

    private static readonly FrozenSet<string> Names = new[] { ".nupkg", ".snupkg" }.ToFrozenSet(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Name => "nuget";

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
            content, name => name.Equals(SignatureEntry, StringComparison.OrdinalIgnoreCase), cancellationToken);

    /// <inheritdoc/>
    public async Task<IPreparedSignature> PrepareAsync(
        Stream content, SigningChoices choices, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(choices);
        var archive = await ZipReader.ReadAsync(content, null, cancellationToken).ConfigureAwait(false);
        CheckPackage(archive);
        var old = archive.Entries.FirstOrDefault(
            entry => entry.Name.Equals(SignatureEntry, StringComparison.OrdinalIgnoreCase));
        if (old is not null)
        {
            CheckChoice(choices.ExistingSignature);
        }

        var digest = await DigestAsync(content, EditsWithoutSignature(archive, old), choices.HashAlgorithm, cancellationToken)
            .ConfigureAwait(false);
        return new PreparedNuGetPackage(archive, old, digest, choices.HashAlgorithm, time);
    }

    /// <inheritdoc/>
    public Task<VerificationReport> VerifyAsync(
        Stream content, TrustAnchors trust, CancellationToken cancellationToken) =>
        Verification.NuGetPackageVerifier.VerifyAsync(content, trust, cancellationToken);

    private static IReadOnlyList<Edit> EditsWithoutSignature(ZipFile archive, ZipEntry? signature)
    {
        if (signature is null)
        {
            return [];
        }

        var editor = new ZipEditor(archive);
        editor.Remove(signature);
        return editor.ToEdits();
    }

    private static void CheckPackage(ZipFile archive)
    {
        if (archive.Entries.Count(entry =>
            !entry.Name.Contains('/', StringComparison.Ordinal)
            && entry.Name.EndsWith(".nuspec", StringComparison.OrdinalIgnoreCase)) != 1)
        {
            throw new SignatureFormatException(
                FormatFailure.Malformed, "This is no NuGet package: it does not have one .nuspec file in its root.");
        }

        // NU3006: NuGet refuses signed packages in this form.
        if (!archive.End.Zip64Record.IsEmpty || archive.NeedsZip64WhenSigned(addedEntries: 1))
        {
            throw new SignatureFormatException(
                FormatFailure.Unsupported,
                $"The package has {archive.Length} bytes and {archive.Entries.Count} entries; it is a zip64 archive or would become one, "
                + "and NuGet takes no signature in one. Make it smaller, or pack it without zip64.");
        }
    }

    private static void CheckChoice(ExistingSignatureRule rule)
    {
        if (rule == ExistingSignatureRule.Refuse)
        {
            throw new SignatureFormatException(
                FormatFailure.AlreadySigned, "The package is signed already, and the request says to refuse that.");
        }

        if (rule == ExistingSignatureRule.Append)
        {
            throw new SignatureFormatException(
                FormatFailure.InvalidChoice,
                "A NuGet package has one primary signature, so none can be appended. Choose 'replace', which drops the signature "
                + "that is there, of an author or a repository, with its countersignature.");
        }
    }

    private static async Task<byte[]> DigestAsync(
        Stream content, IReadOnlyList<Edit> edits, HashAlgorithmName algorithm, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(algorithm);
        var unsigned = new EditedStream(content, edits, leaveOpen: true);
        await using (unsigned.ConfigureAwait(false))
        {
            var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
            try
            {
                int read;
                while ((read = await unsigned.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
                {
                    hash.AppendData(buffer, 0, read);
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }

        return hash.GetHashAndReset();
    }
}
