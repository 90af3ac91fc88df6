using System.Formats.Asn1;
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
    public static Task<byte[]> SignAsync(
        SignedContent content, IReadOnlyList<SignedAttribute> attributes, ISigner signer, ITimestamper? timestamper,
        CancellationToken cancellationToken)
    {
        var shape = new SignedDataShape(
            content.Hash,
            SignedDataIdentifiers.Data,
            content.Embedded is { } embedded ? writer => writer.WriteOctetString(embedded) : null,
            writer => SignedDataIdentifiers.WriteSignature(writer, signer.Scheme, content.Hash),
            SignedDataIdentifiers.TimestampToken);
        return SignedDataMaker.SignAsync(shape, EncodeAttributes(content, attributes), signer, timestamper, cancellationToken);
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
}
