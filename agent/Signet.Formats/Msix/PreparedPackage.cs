using Signet.Formats.Authenticode;
using Signet.Formats.Zip;

namespace Signet.Formats.Msix;

/// <summary>An app package that was read and awaits its signature.</summary>
internal sealed class PreparedPackage(AppPackage package, AppxDigest digest, SigningChoices choices) : IPreparedSignature
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<Edit>> SignAsync(
        ISigner signer, ITimestamper? timestamper, CancellationToken cancellationToken)
    {
        var subject = signer.CertificateChain[0].SubjectName;
        if (!PublisherName.Matches(package.Publisher, subject))
        {
            throw new SignatureFormatException(
                FormatFailure.InvalidChoice,
                $"The package's manifest names the publisher '{package.Publisher}', and the certificate is for '{subject.Name}'. "
                + "Windows installs only packages where both are the same: make the package with the certificate's name, or sign with the publisher's certificate.");
        }

        var content = PackageIndirectData.Encode(digest, package.HashAlgorithm, package.IsBundle);
        var signature = await AuthenticodeSigner.SignAsync(
            content, choices with { HashAlgorithm = package.HashAlgorithm }, signer, timestamper, cancellationToken)
            .ConfigureAwait(false);
        var editor = package.Edit();
        editor.AddLast(PackageFiles.Signature, PackedContent.Pack([.. "PKCX"u8, .. signature], compress: true));
        return PackageEdits.From(editor, package.Archive);
    }
}
