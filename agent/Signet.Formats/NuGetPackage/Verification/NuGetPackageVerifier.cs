using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;
using System.Xml;
using NuGet.Packaging;
using NuGet.Packaging.Core;
using NuGet.Packaging.Signing;
using Signet.Formats.SignedData.Verification;

namespace Signet.Formats.NuGetPackage.Verification;

/// <summary>
/// Verifies the signature of a package. NuGet's own library reads the archive, the signature's form and the digest of the
/// package, so nothing here is shared with what signs.
/// </summary>
internal static class NuGetPackageVerifier
{
    private const int MaxSignatureBytes = 1 << 20;
    private const string CounterOf = "The repository's countersignature: ";

    /// <summary>Says who signed the package, and which repository countersigned, and whether that holds.</summary>
    /// <param name="content">The file from its first byte; it can seek.</param>
    /// <param name="trust">Which roots are trusted.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="SignatureFormatException">It is no archive that NuGet reads.</exception>
    public static async Task<VerificationReport> VerifyAsync(
        Stream content, TrustAnchors trust, CancellationToken cancellationToken)
    {
        try
        {
            content.Position = 0;
            using var reader = new BinaryReader(content, Encoding.UTF8, leaveOpen: true);
            if (!SignedPackageArchiveUtility.IsSigned(reader))
            {
                return new VerificationReport("nuget", []);
            }

            var encoded = await ReadSignatureAsync(reader, cancellationToken).ConfigureAwait(false);
            return await VerifyAsync(encoded, content, trust, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (
            exception is InvalidDataException or SignatureException or CryptographicException or AsnContentException
                or IOException or ArgumentException or OverflowException or NotSupportedException or FormatException
                or XmlException or PackagingException)
        {
            throw new SignatureFormatException(
                FormatFailure.Malformed, "This is no package whose signature NuGet can read.", exception);
        }
    }

    private static async Task<byte[]> ReadSignatureAsync(BinaryReader reader, CancellationToken cancellationToken)
    {
        var stream = SignedPackageArchiveUtility.OpenPackageSignatureFileStream(reader);
        await using (stream.ConfigureAwait(false))
        {
            var encoded = new byte[MaxSignatureBytes + 1];
            var length = await stream.ReadAtLeastAsync(
                encoded, encoded.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            return length <= MaxSignatureBytes ? encoded[..length] : throw new InvalidDataException("The signature is too large.");
        }
    }

    private static async Task<VerificationReport> VerifyAsync(
        byte[] encoded, Stream content, TrustAnchors trust, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        var cms = CmsCheck.Read(encoded, null, trust.KnownCertificates) ?? throw new InvalidDataException("The signature is no CMS signature.");
        cms.Check(trust, problems);
        var stated = ReadContent(encoded, problems);
        if (stated is not null)
        {
            await CheckDigestAsync(stated, content, problems, cancellationToken).ConfigureAwait(false);
        }

        var digest = stated is null ? [] : Convert.FromBase64String(stated.HashValue);
        return new VerificationReport(
            "nuget",
            [cms.Report(digest, problems), .. cms.CounterSignatures.Select(counter => Report(counter, digest, trust))]);
    }

    // Its form: attributes, kinds of signature, what the content says.
    private static SignatureContent? ReadContent(byte[] encoded, List<string> problems)
    {
        try
        {
            var signature = PrimarySignature.Load(encoded);
            if (signature.Type == SignatureType.Unknown)
            {
                problems.Add("It is neither the signature of an author nor that of a repository.");
            }

            return signature.SignatureContent;
        }
        catch (Exception exception) when (exception is SignatureException or CryptographicException or ArgumentException)
        {
            // NuGet's message begins with its code.
            problems.Add($"NuGet refuses its form: {exception.Message}");
            return null;
        }
    }

    private static async Task CheckDigestAsync(
        SignatureContent stated, Stream content, List<string> problems, CancellationToken cancellationToken)
    {
        content.Position = 0;
        using var package = new PackageArchiveReader(content, leaveStreamOpen: true);
        try
        {
            await package.ValidateIntegrityAsync(stated, cancellationToken).ConfigureAwait(false);
        }
        catch (SignatureException)
        {
            problems.Add("The package was changed after it was signed: its digest is another one.");
        }
    }

    private static SignatureReport Report(CmsCheck counter, byte[] digest, TrustAnchors trust)
    {
        var problems = new List<string>();
        counter.Check(trust, problems);
        return counter.Report(digest, [.. problems.Select(problem => CounterOf + problem)]);
    }
}
