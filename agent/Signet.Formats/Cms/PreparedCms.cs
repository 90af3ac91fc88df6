using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Signet.Formats.Detached;
using Signet.Formats.SignedData;

namespace Signet.Formats.Cms;

/// <summary>
/// Makes a detached CMS signature (RFC 5652 section 5). .NET's SignedCms does not fit: it wants the whole content in memory.
/// </summary>
internal sealed class PreparedCms(HashedContent content, HashAlgorithmName hash) : IPreparedSignature
{
    private static readonly Asn1Tag Tag0 = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag Tag1 = new(TagClass.ContextSpecific, 1, isConstructed: true);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Edit>> SignAsync(
        ISigner signer, ITimestamper? timestamper, CancellationToken cancellationToken)
    {
        var attributes = EncodeAttributes(signer.CertificateChain[0]);
        var raw = await signer.SignDigestAsync(
            CryptographicOperations.HashData(hash, attributes), hash, cancellationToken).ConfigureAwait(false);
        var signature = signer.Scheme == SignatureScheme.Ecdsa ? EcdsaValue.FromP1363(raw) : raw;
        var timestamp = timestamper is null
            ? null
            : await timestamper.TimestampAsync(signature, hash, cancellationToken).ConfigureAwait(false);
        var signerInfo = EncodeSignerInfo(signer, attributes, signature, timestamp?.AsSignedCms().Encode());
        return SignatureFile.InPlaceOf(content.SizeBytes, EncodeContentInfo(signer.CertificateChain, signerInfo));
    }

    // Sections 3 and 5.1. Version 1: the content is id-data, the signer is named by issuer and serial number.
    private byte[] EncodeContentInfo(IEnumerable<X509Certificate2> certificates, byte[] signerInfo)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(CmsIdentifiers.SignedData);
            using (writer.PushSequence(Tag0))
            using (writer.PushSequence())
            {
                writer.WriteInteger(1);
                using (writer.PushSetOf())
                {
                    CmsIdentifiers.WriteHash(writer, hash);
                }

                // Without eContent: the content is a file of its own (section 5.2).
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(CmsIdentifiers.Data);
                }

                using (writer.PushSetOf(Tag0))
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
    private byte[] EncodeSignerInfo(ISigner signer, byte[] attributes, byte[] signature, byte[]? timestampToken)
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

            CmsIdentifiers.WriteHash(writer, hash);

            // signedAttrs [0] IMPLICIT: the bytes that were signed, but for the tag (section 5.4).
            var tagged = (byte[])attributes.Clone();
            Tag0.Encode(tagged);
            writer.WriteEncodedValue(tagged);
            CmsIdentifiers.WriteSignature(writer, signer.Scheme, hash);
            writer.WriteOctetString(signature);
            if (timestampToken is not null)
            {
                using (writer.PushSetOf(Tag1))
                {
                    WriteAttribute(
                        writer, CmsIdentifiers.TimestampToken, value => value.WriteEncodedValue(timestampToken));
                }
            }
        }

        return writer.Encode();
    }

    // There is no signingTime: it would be the signer's word alone, and the timestamp says it better.
    private byte[] EncodeAttributes(X509Certificate2 certificate)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSetOf())
        {
            WriteAttribute(
                writer, CmsIdentifiers.ContentType, value => value.WriteObjectIdentifier(CmsIdentifiers.Data));
            WriteAttribute(writer, CmsIdentifiers.MessageDigest, value => value.WriteOctetString(content.Digest));
            WriteAttribute(
                writer, CmsIdentifiers.SigningCertificateV2, value => WriteSigningCertificate(value, certificate));
        }

        return writer.Encode();
    }

    // SigningCertificateV2 with one ESSCertIDv2 whose hash is the default, SHA-256 (RFC 5035 section 4).
    private static void WriteSigningCertificate(AsnWriter writer, X509Certificate2 certificate)
    {
        using (writer.PushSequence())
        using (writer.PushSequence())
        using (writer.PushSequence())
        {
            writer.WriteOctetString(SHA256.HashData(certificate.RawData));

            // IssuerSerial, whose issuer is a GeneralNames with one directoryName [4] EXPLICIT.
            using (writer.PushSequence())
            {
                using (writer.PushSequence())
                using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 4, isConstructed: true)))
                {
                    writer.WriteEncodedValue(certificate.IssuerName.RawData);
                }

                writer.WriteInteger(certificate.SerialNumberBytes.Span);
            }
        }
    }

    private static void WriteAttribute(AsnWriter writer, string type, Action<AsnWriter> writeValue)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(type);
            using (writer.PushSetOf())
            {
                writeValue(writer);
            }
        }
    }
}
