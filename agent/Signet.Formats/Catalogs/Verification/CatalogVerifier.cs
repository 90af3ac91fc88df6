using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using Signet.Formats.Authenticode.Verification;

namespace Signet.Formats.Catalogs.Verification;

/// <summary>Verifies the signatures of a catalog. It shares no code with what signs.</summary>
internal static class CatalogVerifier
{
    private const string TrustListType = "1.3.6.1.4.1.311.10.1";
    private const int MaxBytes = 64 << 20;

    /// <summary>Says who signed the catalog and whether each signature holds. Its members are not looked for.</summary>
    /// <param name="content">The file from its first byte; it can seek.</param>
    /// <param name="trust">Which roots are trusted.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="SignatureFormatException">It is no catalog.</exception>
    public static async Task<VerificationReport> VerifyAsync(
        Stream content, TrustAnchors trust, CancellationToken cancellationToken)
    {
        if (content.Length > MaxBytes)
        {
            throw Malformed($"it has {content.Length} bytes, more than {MaxBytes}");
        }

        var file = new byte[content.Length];
        content.Position = 0;
        await content.ReadExactlyAsync(file, cancellationToken).ConfigureAwait(false);
        CatalogContents.Read(file);
        var list = CatalogContents.FindList(file).Span;
        AsnDecoder.ReadEncodedValue(list, AsnEncodingRules.BER, out var start, out var length, out _);
        var octets = list.Slice(start, length).ToArray();
        return IsSigned(file)
            ? new VerificationReport("cat", [.. EmbeddedSignature.ReadWithNested(file, TrustListType, trust.KnownCertificates)
                .Select(signature => signature.Verify(algorithm => CryptographicOperations.HashData(algorithm, octets), trust, []))])
            : new VerificationReport("cat", []);
    }

    private static bool IsSigned(byte[] file)
    {
        try
        {
            var cms = new SignedCms();
            cms.Decode(file);
            return cms.ContentInfo.ContentType.Value == TrustListType
                ? cms.SignerInfos.Count > 0
                : throw Malformed($"its content is of type {cms.ContentInfo.ContentType.Value}");
        }
        catch (CryptographicException exception)
        {
            throw new SignatureFormatException(
                FormatFailure.Malformed, "This is no well-formed catalog: it is no PKCS#7 SignedData.", exception);
        }
    }

    private static SignatureFormatException Malformed(FormattableString what) =>
        new(FormatFailure.Malformed, FormattableString.Invariant($"This is no well-formed catalog: {FormattableString.Invariant(what)}."));
}
