using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Signet.Formats.Detached;

namespace Signet.Formats.Raw;

/// <summary>
/// Verifies raw signatures with .NET's own RSA and ECDSA. Such a signature names neither key nor hash, so each certificate
/// that is trusted is tried with each hash.
/// </summary>
internal static class RawVerifier
{
    private static readonly HashAlgorithmName[] Hashes =
        [HashAlgorithmName.SHA256, HashAlgorithmName.SHA384, HashAlgorithmName.SHA512];

    /// <summary>Says which certificate's key signed the content.</summary>
    public static async Task<VerificationReport> VerifyAsync(
        Stream content, Stream signature, TrustAnchors trust, CancellationToken cancellationToken)
    {
        var encoded = await SignatureFile.ReadAsync(signature, cancellationToken).ConfigureAwait(false);
        if (trust.SignerCertificates is not { Count: > 0 } certificates)
        {
            return Report(null, "unknown", [], "A raw signature names no key: say whose it is (--signer CERTIFICATE).");
        }

        var digests = await HashAsync(content, cancellationToken).ConfigureAwait(false);
        foreach (var certificate in certificates)
        {
            for (var index = 0; index < Hashes.Length; index++)
            {
                if (Holds(certificate, digests[index], Hashes[index], encoded))
                {
                    return Report(certificate, Hashes[index].Name!.Replace("SHA", "SHA-", StringComparison.Ordinal), digests[index]);
                }
            }
        }

        return Report(
            certificates.Count == 1 ? certificates[0] : null, "unknown", [],
            "Its signature is not valid: the file was changed, or another key signed it.");
    }

    private static async Task<byte[][]> HashAsync(Stream content, CancellationToken cancellationToken)
    {
        var running = Array.ConvertAll(Hashes, IncrementalHash.CreateHash);
        try
        {
            content.Position = 0;
            await HashedContent.ReadAsync(
                content, bytes => Array.ForEach(running, hash => hash.AppendData(bytes.Span)), cancellationToken)
                .ConfigureAwait(false);
            return Array.ConvertAll(running, hash => hash.GetHashAndReset());
        }
        finally
        {
            Array.ForEach(running, hash => hash.Dispose());
        }
    }

    private static bool Holds(X509Certificate2 certificate, byte[] digest, HashAlgorithmName hash, byte[] signature)
    {
        try
        {
            using var rsa = certificate.GetRSAPublicKey();
            if (rsa is not null)
            {
                return rsa.VerifyHash(digest, signature, hash, RSASignaturePadding.Pkcs1)
                    || rsa.VerifyHash(digest, signature, hash, RSASignaturePadding.Pss);
            }

            using var ecdsa = certificate.GetECDsaPublicKey();
            return ecdsa is not null && ecdsa.VerifyHash(digest, signature, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (CryptographicException)
        {
            // Bytes that are no signature at all.
            return false;
        }
    }

    private static VerificationReport Report(
        X509Certificate2? signer, string digestAlgorithm, byte[] digest, params IReadOnlyList<string> problems) =>
        new("raw", [new SignatureReport(signer, [], digestAlgorithm, digest, null, null, null, null, problems)]);
}
