using System.Collections.Frozen;
using Signet.Formats.Containers;
using Signet.Formats.Zip;

namespace Signet.Formats.Msix;

/// <summary>App packages of Windows and bundles of them: MSIX and APPX.</summary>
/// <remarks>
/// "App package signing" and "App package architecture" (Microsoft); ISO/IEC 29500-2 for content types. What AXPC and AXCD
/// cover is in no document; it was learnt from packages that Microsoft signed.
/// </remarks>
public sealed class MsixFormat : ISignatureFormat, IContainerFormat
{
    private static readonly FrozenSet<string> Names = new[]
    {
        ".msix", ".appx", ".msixbundle", ".appxbundle", ".emsix", ".eappx", ".emsixbundle", ".eappxbundle",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Name => "msix";

    /// <inheritdoc/>
    public bool RequiresRandomAccess => true;

    /// <inheritdoc/>
    public bool SharesContent => true;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Extensions => Names;

    /// <inheritdoc/>
    public bool MatchesContent(ReadOnlySpan<byte> head) => ZipReader.MatchesContent(head) || IsEncrypted(head);

    /// <inheritdoc/>
    public async Task<IPreparedSignature> PrepareAsync(
        Stream content, SigningChoices choices, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(choices);
        await RefuseEncryptedAsync(content, cancellationToken).ConfigureAwait(false);
        if (choices.ExistingSignature == ExistingSignatureRule.Append)
        {
            throw new SignatureFormatException(
                FormatFailure.InvalidChoice, "An app package holds one signature, so none can be appended. Choose replace or refuse.");
        }

        var package = await AppPackage.ReadAsync(content, cancellationToken).ConfigureAwait(false);
        if (choices.ExistingSignature == ExistingSignatureRule.Refuse && package.Archive.Find(PackageFiles.Signature) is not null)
        {
            throw new SignatureFormatException(
                FormatFailure.AlreadySigned, "The package is signed already, and the request says to refuse that.");
        }

        var unsigned = PackageEdits.From(package.Edit(), package.Archive);
        var digest = await PackageDigester.ComputeAsync(package, unsigned, cancellationToken).ConfigureAwait(false);
        return new PreparedPackage(package, digest, choices);
    }

    /// <inheritdoc/>
    public async Task<VerificationReport> VerifyAsync(
        Stream content, TrustAnchors trust, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(trust);
        await RefuseEncryptedAsync(content, cancellationToken).ConfigureAwait(false);
        return await Verification.PackageVerifier.VerifyAsync(content, trust, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<IContainer> OpenAsync(Stream content, CancellationToken cancellationToken) =>
        MsixContainer.OpenAsync(content, cancellationToken);

    private static async Task RefuseEncryptedAsync(Stream content, CancellationToken cancellationToken)
    {
        var head = new byte[4];
        content.Position = 0;
        await content.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        content.Position = 0;
        if (IsEncrypted(head))
        {
            throw new SignatureFormatException(
                FormatFailure.Unsupported, "This is an encrypted app package. Sign the package before it is encrypted.");
        }
    }

    // EAppx header signatures of a package and of a bundle.
    private static bool IsEncrypted(ReadOnlySpan<byte> head) => head.StartsWith("EXPH"u8) || head.StartsWith("EXBH"u8);
}
