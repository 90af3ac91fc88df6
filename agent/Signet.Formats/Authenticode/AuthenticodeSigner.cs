using Signet.Formats.SignedData;

namespace Signet.Formats.Authenticode;

/// <summary>
/// Makes the PKCS#7 signature of Authenticode. .NET's SignedCms does not fit: it writes SignedData of version 3 with the
/// content in an OCTET STRING (RFC 5652), and Windows wants version 1 with the content as it is (RFC 2315).
/// </summary>
internal static class AuthenticodeSigner
{
    /// <summary>Signs the digest of a file.</summary>
    /// <param name="content">SpcIndirectDataContent in DER.</param>
    /// <param name="choices">Hash, programme name and address.</param>
    /// <param name="signer">The key.</param>
    /// <param name="timestamper">Where the timestamp comes from; null for none.</param>
    /// <param name="cancellationToken">Ends the work; the key may have been used all the same.</param>
    /// <returns>DER of a ContentInfo with SignedData.</returns>
    /// <exception cref="SignatureFormatException">The key signs in a way that Authenticode does not know.</exception>
    public static Task<byte[]> SignAsync(
        byte[] content, SigningChoices choices, ISigner signer, ITimestamper? timestamper,
        CancellationToken cancellationToken) =>
        SignAsync(content, ObjectIdentifiers.SpcIndirectData, choices, signer, timestamper, cancellationToken);

    /// <summary>Signs a content of another type.</summary>
    /// <param name="content">What is signed, in DER.</param>
    /// <param name="contentType">Object identifier of its type.</param>
    /// <param name="choices">Hash, programme name and address.</param>
    /// <param name="signer">The key.</param>
    /// <param name="timestamper">Where the timestamp comes from; null for none.</param>
    /// <param name="cancellationToken">Ends the work; the key may have been used all the same.</param>
    /// <returns>DER of a ContentInfo with SignedData.</returns>
    /// <exception cref="SignatureFormatException">The key signs in a way that Authenticode does not know.</exception>
    public static async Task<byte[]> SignAsync(
        ReadOnlyMemory<byte> content, string contentType, SigningChoices choices, ISigner signer, ITimestamper? timestamper,
        CancellationToken cancellationToken)
    {
        if (signer.Scheme is not (SignatureScheme.RsaPkcs1 or SignatureScheme.Ecdsa))
        {
            throw new SignatureFormatException(
                FormatFailure.InvalidChoice, $"Authenticode knows RSA (PKCS#1 v1.5) and ECDSA, and not {signer.Scheme}.");
        }

        var hash = choices.HashAlgorithm;
        var shape = new SignedDataShape(
            hash,
            contentType,
            writer => writer.WriteEncodedValue(content.Span),
            writer => AlgorithmIdentifiers.WriteSignature(writer, signer.Scheme, hash),
            ObjectIdentifiers.Rfc3161Timestamp);
        return await SignedDataMaker.SignAsync(
            shape, SignedAttributes.Encode(content, contentType, choices), signer, timestamper, cancellationToken)
            .ConfigureAwait(false);
    }
}
