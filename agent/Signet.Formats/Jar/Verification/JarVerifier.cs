using System.IO.Compression;
using System.Security.Cryptography;
using Signet.Formats.Zip;

namespace Signet.Formats.Jar.Verification;

/// <summary>
/// Verifies the signatures of a JAR. It shares no code with what signs: entries are read by .NET, the manifest by a parser of
/// its own, signatures by SignedCms.
/// </summary>
internal static class JarVerifier
{
    /// <summary>Says who signed the JAR and whether each signature holds for every entry.</summary>
    /// <param name="content">The file from its first byte; it can seek.</param>
    /// <param name="trust">Which roots are trusted.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="SignatureFormatException">It is no ZIP archive that can be read, or names come twice.</exception>
    public static async Task<VerificationReport> VerifyAsync(
        Stream content, TrustAnchors trust, CancellationToken cancellationToken)
    {
        try
        {
            content.Position = 0;
            using var archive = new ZipArchive(content, ZipArchiveMode.Read, leaveOpen: true);
            var jar = new SignedJar(archive, content.Length);
            var signatures = jar.SignatureFiles;
            if (signatures.Count == 0)
            {
                return new VerificationReport("jar", []);
            }

            var manifest = jar.Manifest is { } entry
                ? ManifestReader.Read(await jar.ReadAsync(entry, cancellationToken).ConfigureAwait(false))
                : ManifestReader.Read([]);
            await ZipReader.RequireIntactAsync(content, cancellationToken).ConfigureAwait(false);
            var entries = await EntryCheck.RunAsync(jar, manifest, cancellationToken).ConfigureAwait(false);
            var reports = new List<SignatureReport>();
            foreach (var signature in signatures)
            {
                var file = await jar.ReadAsync(signature, cancellationToken).ConfigureAwait(false);
                var block = jar.BlockOf(signature) is { } found
                    ? await jar.ReadAsync(found, cancellationToken).ConfigureAwait(false)
                    : null;
                reports.Add(new JarSignature(file, block, manifest, entries).Verify(trust));
            }

            return new VerificationReport("jar", reports);
        }
        catch (Exception exception) when (
            exception is InvalidDataException or EndOfStreamException or IOException or ArgumentException
                or NotSupportedException or OverflowException or CryptographicException)
        {
            throw SignedJar.Malformed("it is no ZIP archive that can be read", exception);
        }
    }
}
