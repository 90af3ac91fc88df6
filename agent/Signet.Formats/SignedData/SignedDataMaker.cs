using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Signet.Formats.Authenticode;

namespace Signet.Formats.SignedData;

/// <summary>
/// Signs attributes and writes the SignedData around them, with one signer that is named by issuer and serial number. Both RFC
/// 2315 section 9.1 and RFC 5652 section 5.1 want version 1 for that, where a content of RFC 5652 is id-data.
/// </summary>
internal static class SignedDataMaker
{
    // Content of Authenticode, names, numbers, algorithms.
    private const int OtherBytes = 1024;

    /// <summary>Signs.</summary>
    /// <param name="shape">What kind of signature.</param>
    /// <param name="attributes">DER of the SET OF signed attributes.</param>
    /// <param name="signer">The key.</param>
    /// <param name="timestamper">Where the timestamp comes from; null for none.</param>
    /// <param name="cancellationToken">Ends the work; the key may have been used all the same.</param>
    /// <returns>DER of a ContentInfo with SignedData.</returns>
    public static async Task<byte[]> SignAsync(
        SignedDataShape shape, byte[] attributes, ISigner signer, ITimestamper? timestamper, CancellationToken cancellationToken)
    {
        var raw = await signer.SignDigestAsync(
            CryptographicOperations.HashData(shape.Hash, attributes), shape.Hash, cancellationToken).ConfigureAwait(false);
        var signature = signer.Scheme == SignatureScheme.Ecdsa ? EcdsaValue.FromP1363(raw) : raw;
        var timestamp = timestamper is null
            ? null
            : await timestamper.TimestampAsync(signature, shape.Hash, cancellationToken).ConfigureAwait(false);
        var encodedTimestamp = timestamp?.AsSignedCms().Encode();

        // What is known of the size; the writer would grow by a kilobyte at a time.
        var writer = new AsnWriter(
            AsnEncodingRules.DER,
            signer.CertificateChain.Sum(certificate => certificate.RawDataMemory.Length) + attributes.Length + signature.Length
            + (encodedTimestamp?.Length ?? 0) + OtherBytes);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(ObjectIdentifiers.SignedData);
            using (writer.PushSequence(Tags.Constructed(0)))
            {
                WriteSignedData(
                    writer, shape, signer.CertificateChain, attributes, signature, encodedTimestamp);
            }
        }

        return writer.Encode();
    }

    private static void WriteSignedData(
        AsnWriter writer, SignedDataShape shape, IReadOnlyList<X509Certificate2> certificates, byte[] attributes, byte[] signature,
        byte[]? timestampToken)
    {
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            using (writer.PushSetOf())
            {
                AlgorithmIdentifiers.WriteHash(writer, shape.Hash);
            }

            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(shape.ContentType);
                if (shape.WriteContent is { } writeContent)
                {
                    using (writer.PushSequence(Tags.Constructed(0)))
                    {
                        writeContent(writer);
                    }
                }
            }

            // certificates [0] IMPLICIT
            using (writer.PushSetOf(Tags.Constructed(0)))
            {
                foreach (var certificate in certificates)
                {
                    writer.WriteEncodedValue(certificate.RawDataMemory.Span);
                }
            }

            using (writer.PushSetOf())
            {
                WriteSignerInfo(writer, shape, certificates[0], attributes, signature, timestampToken);
            }
        }
    }

    // RFC 2315 section 9.2, RFC 5652 section 5.3.
    private static void WriteSignerInfo(
        AsnWriter writer, SignedDataShape shape, X509Certificate2 certificate, byte[] attributes, byte[] signature,
        byte[]? timestampToken)
    {
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            using (writer.PushSequence())
            {
                writer.WriteEncodedValue(certificate.IssuerName.RawData);
                writer.WriteInteger(certificate.SerialNumberBytes.Span);
            }

            AlgorithmIdentifiers.WriteHash(writer, shape.Hash);

            // [0] IMPLICIT: the bytes that were signed, but for the tag (RFC 2315 section 9.3, RFC 5652 section 5.4).
            var tagged = (byte[])attributes.Clone();
            Tags.Constructed(0).Encode(tagged);
            writer.WriteEncodedValue(tagged);
            shape.WriteSignatureAlgorithm(writer);
            writer.WriteOctetString(signature);
            if (timestampToken is not null)
            {
                using (writer.PushSetOf(Tags.Constructed(1)))
                {
                    UnsignedAttributes.Write(writer, shape.TimestampType, [timestampToken]);
                }
            }
        }
    }
}
