using System.Security.Cryptography;
using Signet.Formats.Authenticode.Verification;

namespace Signet.Formats.PortableExecutable.Verification;

/// <summary>
/// Verifies the signatures of a PE file. It shares no code with what signs: headers are read by .NET, signatures by
/// SignedCms, so that a mistake has to be made twice to pass.
/// </summary>
internal static class PortableExecutableVerifier
{
    /// <summary>Says who signed the file and whether each signature holds.</summary>
    /// <param name="content">The file from its first byte; it can seek.</param>
    /// <param name="trust">Which roots are trusted.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="SignatureFormatException">It is no PE file, or its certificate table cannot be read.</exception>
    public static async Task<VerificationReport> VerifyAsync(
        Stream content, TrustAnchors trust, CancellationToken cancellationToken)
    {
        var image = await SignedImage.OpenAsync(content, cancellationToken).ConfigureAwait(false);
        if (image.Signatures.Count == 0)
        {
            return new VerificationReport("pe", []);
        }

        var signatures = image.Signatures
            .SelectMany(signature => EmbeddedSignature.ReadWithNested(signature, trust.KnownCertificates)).ToList();
        var algorithms = signatures.Select(signature => signature.ContentHashAlgorithm)
            .OfType<HashAlgorithmName>().Distinct().ToList();
        var (digests, checksum) = await image.ComputeAsync(algorithms, cancellationToken).ConfigureAwait(false);
        var problems = image.Problems(checksum);
        var reports = new List<SignatureReport>();
        foreach (var signature in signatures)
        {
            var around = new List<string>(reports.Count == 0 ? problems : []);
            if (StatedPageHashes.Read(signature.SignedContent, around) is { } pages
                && !await ImagePages.MatchAsync(content, image.Headers, pages, cancellationToken).ConfigureAwait(false))
            {
                around.Add("The hashes of its pages are not those of the file's.");
            }

            reports.Add(signature.Verify(digest => digests[digest], trust, around));
        }

        return new VerificationReport("pe", reports);
    }
}
