using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Cms;
using Signet.Formats.Detached;

namespace Signet.Formats.Cms.Verification;

/// <summary>
/// Verifies detached CMS signatures. It shares no code with what signs: structure and signature are read by BouncyCastle,
/// the timestamp and the chain by .NET.
/// </summary>
internal static class CmsVerifier
{
    /// <summary>Says who signed the content and whether each signature holds.</summary>
    /// <exception cref="SignatureFormatException">The signature file is no detached CMS signature.</exception>
    public static async Task<VerificationReport> VerifyAsync(
        Stream content, Stream signature, TrustAnchors trust, CancellationToken cancellationToken)
    {
        var encoded = await SignatureFile.ReadAsync(signature, cancellationToken).ConfigureAwait(false);
        var signed = Read(encoded, content, cancellationToken);
        try
        {
            var certificates = Certificates(signed);
            var reports = signed.GetSignerInfos().GetSigners()
                .Select(signer => new CmsSignature(signer, certificates, trust).Verify()).ToList();
            return new VerificationReport("cms", reports);
        }
        catch (Exception exception) when (IsOfTheFile(exception))
        {
            throw Malformed(exception);
        }
    }

    private static CmsSignedData Read(byte[] encoded, Stream content, CancellationToken cancellationToken)
    {
        try
        {
            var signed = new CmsSignedData(new StreamedContent(content, cancellationToken), encoded);

            // Bytes behind the structure would be covered by nothing.
            if (signed.ContentInfo.GetDerEncoded().Length != encoded.Length)
            {
                throw new InvalidDataException("There is more in the file than the signature in DER.");
            }

            var structure = Org.BouncyCastle.Asn1.Cms.SignedData.GetInstance(signed.ContentInfo.Content);
            return structure.EncapContentInfo.Content is null && structure.SignerInfos.Count > 0
                && structure.EncapContentInfo.ContentType.Equals(Org.BouncyCastle.Asn1.Cms.CmsObjectIdentifiers.Data)
                ? signed
                : throw new SignatureFormatException(
                    FormatFailure.Unsupported,
                    "The CMS structure is no detached signature over data: it carries its content, or signs another type.");
        }
        catch (Exception exception) when (IsOfTheFile(exception))
        {
            throw Malformed(exception);
        }
    }

    private static X509Certificate2Collection Certificates(CmsSignedData signed)
    {
        var certificates = new X509Certificate2Collection();
        foreach (var certificate in signed.GetCertificates().EnumerateMatches(null))
        {
            certificates.Add(X509CertificateLoader.LoadCertificate(certificate.GetEncoded()));
        }

        return certificates;
    }

    // BouncyCastle throws many kinds of exceptions for bytes that make no sense.
    private static bool IsOfTheFile(Exception exception) =>
        exception is not (OperationCanceledException or SignatureFormatException or OutOfMemoryException);

    private static SignatureFormatException Malformed(Exception exception) => new(
        FormatFailure.Malformed, "The signature file is no CMS signature in DER (RFC 5652).", exception);

    // Hashes the content for each signer without ever holding it whole.
    private sealed class StreamedContent(Stream content, CancellationToken cancellationToken) : CmsTypedData
    {
        private const int BufferBytes = 128 << 10;

        public Org.BouncyCastle.Asn1.DerObjectIdentifier ContentType => Org.BouncyCastle.Asn1.Cms.CmsObjectIdentifiers.Data;

        public void Write(Stream outStream)
        {
            content.Position = 0;
            var buffer = new byte[BufferBytes];
            int count;
            while ((count = content.Read(buffer)) > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                outStream.Write(buffer, 0, count);
            }
        }
    }
}
