using System.Collections.Frozen;
using Signet.Formats.Zip;

namespace Signet.Formats.Containers;

/// <summary>Plain ZIP files: they carry no signature, but the files in them may.</summary>
/// <remarks>APPNOTE.TXT 6.3.10 (PKWARE).</remarks>
public sealed class ZipFormat : ISignatureFormat, IContainerFormat
{
    private static readonly FrozenSet<string> Names = new[] { ".zip" }.ToFrozenSet(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Name => "zip";

    /// <inheritdoc/>
    public bool RequiresRandomAccess => true;

    /// <inheritdoc/>
    public bool SharesContent => true;

    /// <inheritdoc/>
    public bool IsSignedItself => false;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Extensions => Names;

    /// <inheritdoc/>
    public bool MatchesContent(ReadOnlySpan<byte> head) => ZipReader.MatchesContent(head);

    /// <inheritdoc/>
    public async Task<IPreparedSignature> PrepareAsync(
        Stream content, SigningChoices choices, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        await ZipReader.ReadAsync(content, null, cancellationToken).ConfigureAwait(false);
        return new NoPlaceForASignature();
    }

    /// <inheritdoc/>
    public async Task<VerificationReport> VerifyAsync(
        Stream content, TrustAnchors trust, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        await ZipReader.ReadAsync(content, null, cancellationToken).ConfigureAwait(false);
        return new VerificationReport(Name, []);
    }

    /// <inheritdoc/>
    public Task<IContainer> OpenAsync(Stream content, CancellationToken cancellationToken) =>
        ZipContainer.OpenAsync(content, null, cancellationToken);

    private sealed class NoPlaceForASignature : IPreparedSignature
    {
        public Task<IReadOnlyList<Edit>> SignAsync(
            ISigner signer, ITimestamper? timestamper, CancellationToken cancellationToken) =>
            throw new SignatureFormatException(
                FormatFailure.InvalidChoice,
                "A ZIP file has no place for a signature. A profile with 'recurse: true' signs the files in it.");
    }
}
