using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

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
        var attributes = SignedAttributes.Encode(content, contentType, choices);
        var raw = await signer.SignDigestAsync(
            CryptographicOperations.HashData(hash, attributes), hash, cancellationToken).ConfigureAwait(false);
        var signature = signer.Scheme == SignatureScheme.Ecdsa ? SignedData.EcdsaValue.FromP1363(raw) : raw;
        var timestamp = timestamper is null
            ? null
            : await timestamper.TimestampAsync(signature, hash, cancellationToken).ConfigureAwait(false);
        var signerInfo = EncodeSignerInfo(
            signer, hash, attributes, signature, timestamp?.AsSignedCms().Encode());
        return EncodeSignedData(content, contentType, signer.CertificateChain, hash, signerInfo);
    }

    private static byte[] EncodeSignedData(
        ReadOnlyMemory<byte> content, string contentType, IEnumerable<X509Certificate2> certificates, HashAlgorithmName hash,
        byte[] signerInfo)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(ObjectIdentifiers.SignedData);
            using (writer.PushSequence(Tags.Constructed(0)))
            using (writer.PushSequence())
            {
                writer.WriteInteger(1);
                using (writer.PushSetOf())
                {
                    AlgorithmIdentifiers.WriteHash(writer, hash);
                }

                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(contentType);
                    using (writer.PushSequence(Tags.Constructed(0)))
                    {
                        writer.WriteEncodedValue(content.Span);
                    }
                }

                // certificates [0] IMPLICIT
                using (writer.PushSetOf(Tags.Constructed(0)))
                {
                    foreach (var certificate in certificates)
                    {
                        writer.WriteEncodedValue(certificate.RawData);
                    }
                }

                using (writer.PushSetOf())
                {
                    writer.WriteEncodedValue(signerInfo);
                }
            }
        }

        return writer.Encode();
    }

    // RFC 2315 section 9.2.
    private static byte[] EncodeSignerInfo(
        ISigner signer, HashAlgorithmName hash, byte[] attributes, byte[] signature, byte[]? timestampToken)
    {
        var certificate = signer.CertificateChain[0];
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            using (writer.PushSequence())
            {
                writer.WriteEncodedValue(certificate.IssuerName.RawData);
                writer.WriteInteger(certificate.SerialNumberBytes.Span);
            }

            AlgorithmIdentifiers.WriteHash(writer, hash);

            // authenticatedAttributes [0] IMPLICIT: the bytes that were signed, but for the tag.
            writer.WriteEncodedValue(Retag(attributes, Tags.Constructed(0)));
            AlgorithmIdentifiers.WriteSignature(writer, signer.Scheme, hash);
            writer.WriteOctetString(signature);
            if (timestampToken is not null)
            {
                using (writer.PushSetOf(Tags.Constructed(1)))
                {
                    UnsignedAttributes.Write(writer, ObjectIdentifiers.Rfc3161Timestamp, [timestampToken]);
                }
            }
        }

        return writer.Encode();
    }

    private static byte[] Retag(byte[] encoded, Asn1Tag tag)
    {
        var copy = (byte[])encoded.Clone();
        tag.Encode(copy);
        return copy;
    }
}
