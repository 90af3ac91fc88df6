using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Signet.Formats.Authenticode;

namespace Signet.Formats.SignedData;

/// <summary>
/// Makes CMS signatures over id-data (RFC 5652 section 5) with a key that signs digests. .NET's SignedCms needs a private key
/// object of its own.
/// </summary>
internal static class SignedDataSigner
{
    /// <summary>Signs.</summary>
    /// <param name="content">What is signed.</param>
    /// <param name="attributes">Signed attributes beside contentType and messageDigest.</param>
    /// <param name="signer">The key.</param>
    /// <param name="timestamper">Where the timestamp comes from; null for none.</param>
    /// <param name="cancellationToken">Ends the work; the key may have been used all the same.</param>
    /// <returns>DER of a ContentInfo with SignedData.</returns>
    public static async Task<byte[]> SignAsync(
        SignedContent content, IReadOnlyList<SignedAttribute> attributes, ISigner signer, ITimestamper? timestamper,
        CancellationToken cancellationToken)
    {
        var hash = content.Hash;
        var encoded = EncodeAttributes(content, attributes);
        var raw = await signer.SignDigestAsync(
            CryptographicOperations.HashData(hash, encoded), hash, cancellationToken).ConfigureAwait(false);
        var signature = signer.Scheme == SignatureScheme.Ecdsa ? EcdsaValue.FromP1363(raw) : raw;
        var timestamp = timestamper is null
            ? null
            : await timestamper.TimestampAsync(signature, hash, cancellationToken).ConfigureAwait(false);
        var signerInfo = EncodeSignerInfo(signer, hash, encoded, signature, timestamp?.AsSignedCms().Encode());
        return Encode(content, signer.CertificateChain, signerInfo);
    }

    // DER sorts a SET OF, which AsnWriter does.
    private static byte[] EncodeAttributes(SignedContent content, IReadOnlyList<SignedAttribute> attributes)
    {
        SignedAttribute[] all =
        [
            new(ObjectIdentifiers.ContentType, writer => writer.WriteObjectIdentifier(SignedDataIdentifiers.Data)),
            new(ObjectIdentifiers.MessageDigest, writer => writer.WriteOctetString(content.Digest)),
            .. attributes,
        ];
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSetOf())
        {
            foreach (var attribute in all)
            {
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(attribute.Type);
                    using (writer.PushSetOf())
                    {
                        attribute.WriteValue(writer);
                    }
                }
            }
        }

        return writer.Encode();
    }

    // Version 1: the content is id-data, and the signer is named by issuer and serial number (section 5.1).
    private static byte[] Encode(SignedContent content, IEnumerable<X509Certificate2> certificates, byte[] signerInfo)
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
                    AlgorithmIdentifiers.WriteHash(writer, content.Hash);
                }

                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(SignedDataIdentifiers.Data);
                    if (content.Embedded is { } embedded)
                    {
                        using (writer.PushSequence(Tags.Constructed(0)))
                        {
                            writer.WriteOctetString(embedded);
                        }
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

    // Section 5.3.
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

            // signedAttrs [0] IMPLICIT: the bytes that were signed, but for the tag (section 5.4).
            var tagged = (byte[])attributes.Clone();
            Tags.Constructed(0).Encode(tagged);
            writer.WriteEncodedValue(tagged);
            SignedDataIdentifiers.WriteSignature(writer, signer.Scheme, hash);
            writer.WriteOctetString(signature);
            if (timestampToken is not null)
            {
                using (writer.PushSetOf(Tags.Constructed(1)))
                {
                    UnsignedAttributes.Write(writer, SignedDataIdentifiers.TimestampToken, [timestampToken]);
                }
            }
        }

        return writer.Encode();
    }
}
