using System.Collections.Frozen;
using Signet.Formats.Containers;
using Signet.Formats.Zip;

namespace Signet.Formats.Vsix;

/// <summary>Extensions of Visual Studio and Visual Studio Code: packages with signatures of the Open Packaging Conventions.</summary>
/// <remarks>
/// ISO/IEC 29500-2 section 10 and its annexes; XML Signature Syntax and Processing (W3C); Canonical XML 1.0 (W3C). The
/// timestamp's place is that of Microsoft's own tool for VSIX packages.
/// </remarks>
/// <param name="time">The clock of SignatureTime, which the specification demands in every signature.</param>
public sealed class VsixFormat(TimeProvider time) : ISignatureFormat, IContainerFormat
{
    private static readonly FrozenSet<string> Names = new[] { ".vsix" }.ToFrozenSet(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Name => "vsix";

    /// <inheritdoc/>
    public bool RequiresRandomAccess => true;

    /// <inheritdoc/>
    public bool SharesContent => true;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Extensions => Names;

    /// <inheritdoc/>
    public bool MatchesContent(ReadOnlySpan<byte> head) => ZipReader.MatchesContent(head);

    /// <inheritdoc/>
    public async Task<IPreparedSignature> PrepareAsync(
        Stream content, SigningChoices choices, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(choices);
        var package = await VsixPackage.ReadAsync(content, cancellationToken).ConfigureAwait(false);
        if (package.Signatures.Count > 0 && choices.ExistingSignature == ExistingSignatureRule.Refuse)
        {
            throw new SignatureFormatException(
                FormatFailure.AlreadySigned, "The package is signed already, and the request says to refuse that.");
        }

        if (choices.ExistingSignature == ExistingSignatureRule.Append)
        {
            await package.RequireAppendableAsync(cancellationToken).ConfigureAwait(false);
        }

        var references = await package.DigestAsync(choices.HashAlgorithm, cancellationToken).ConfigureAwait(false);
        return new PreparedVsix(package, references, choices, time);
    }

    /// <inheritdoc/>
    public Task<VerificationReport> VerifyAsync(
        Stream content, TrustAnchors trust, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(trust);
        return Verification.VsixVerifier.VerifyAsync(content, trust, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IContainer> OpenAsync(Stream content, CancellationToken cancellationToken) =>
        ZipContainer.OpenAsync(
            content, name => name.StartsWith(SignatureNames.Folder[1..], StringComparison.OrdinalIgnoreCase), cancellationToken);
}
