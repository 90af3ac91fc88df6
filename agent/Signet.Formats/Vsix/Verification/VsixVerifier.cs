using System.IO.Compression;
using Signet.Formats.Opc;
using Signet.Formats.Zip;

namespace Signet.Formats.Vsix.Verification;

/// <summary>
/// Verifies the signatures of a VSIX package. It shares no code with what signs but names: parts are read by .NET's
/// ZipArchive, and XML is made canonical by System.Security.Cryptography.Xml.
/// </summary>
internal static class VsixVerifier
{
    /// <summary>Says who signed the package and whether each signature holds.</summary>
    /// <exception cref="SignatureFormatException">It is no package.</exception>
    public static async Task<VerificationReport> VerifyAsync(Stream content, TrustAnchors trust, CancellationToken cancellationToken)
    {
        try
        {
            using var archive = new ZipArchive(content, ZipArchiveMode.Read, leaveOpen: true);
            var package = new SignedPackage(archive);
            var origins = package.Related("/", SignatureNames.OriginRelationship);
            if (origins.Count > 1)
            {
                throw SignedPackage.Malformed("it has several digital signature origins");
            }

            var signatures = origins.SelectMany(origin => package.Related(origin, SignatureNames.SignatureRelationship)).ToList();
            if (signatures.Count > 0)
            {
                await ZipReader.RequireIntactAsync(content, cancellationToken).ConfigureAwait(false);
            }

            var ofSignatures = origins.Concat(signatures).SelectMany(part => new[] { part, PartNames.RelationshipsOf(part) })
                .Concat(signatures.SelectMany(part => package.Related(part, SignatureNames.CertificateRelationship)))
                .ToHashSet(StringComparer.OrdinalIgnoreCase);
            return new VerificationReport(
                "vsix", [.. signatures.Select(part => new VsixSignature(package, part, trust).Verify(ofSignatures, cancellationToken))]);
        }
        catch (Exception exception) when (exception
            is InvalidDataException or EndOfStreamException or NotSupportedException or UriFormatException)
        {
            throw SignedPackage.Malformed("one of its parts cannot be read", exception);
        }
    }
}
