using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;

namespace Signet.Formats.Authenticode;

/// <summary>The signed attributes of an Authenticode signature.</summary>
internal static class SignedAttributes
{
    /// <summary>
    /// contentType, messageDigest, SpcStatementType and SpcSpOpusInfo. There is no signingTime: it would be the signer's
    /// word alone, and the timestamp says it better.
    /// </summary>
    /// <param name="content">What is signed, in DER.</param>
    /// <param name="contentType">Object identifier of its type.</param>
    /// <param name="choices">Hash, programme name and address.</param>
    /// <returns>DER of a SET OF Attribute: the bytes whose hash the key signs (RFC 2315 section 9.3).</returns>
    public static byte[] Encode(ReadOnlyMemory<byte> content, string contentType, SigningChoices choices)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSetOf())
        {
            WriteAttribute(writer, ObjectIdentifiers.ContentType,
                value => value.WriteObjectIdentifier(contentType));
            WriteAttribute(writer, ObjectIdentifiers.MessageDigest,
                value => value.WriteOctetString(HashContent(content, choices.HashAlgorithm)));
            WriteAttribute(writer, ObjectIdentifiers.SpcStatementType, WriteStatementType);
            WriteAttribute(writer, ObjectIdentifiers.SpcOpusInfo, value => WriteOpusInfo(value, choices));
        }

        return writer.Encode();
    }

    // Tag and length of the content are left out (RFC 2315 section 9.3).
    private static byte[] HashContent(ReadOnlyMemory<byte> content, HashAlgorithmName hash)
    {
        AsnDecoder.ReadEncodedValue(content.Span, AsnEncodingRules.DER, out var start, out var length, out _);
        return CryptographicOperations.HashData(hash, content.Span.Slice(start, length));
    }

    private static void WriteStatementType(AsnWriter writer)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(ObjectIdentifiers.IndividualCodeSigning);
        }
    }

    // Both members are optional; the attribute itself is always there, as Windows' own signer does it.
    private static void WriteOpusInfo(AsnWriter writer, SigningChoices choices)
    {
        using (writer.PushSequence())
        {
            if (choices.Description is { } description)
            {
                // programName [0] EXPLICIT SpcString, whose choice unicode is [0] IMPLICIT BMPString.
                using (writer.PushSequence(Tags.Constructed(0)))
                {
                    writer.WriteOctetString(Encoding.BigEndianUnicode.GetBytes(description), Tags.Primitive(0));
                }
            }

            if (choices.DescriptionUrl is { } url)
            {
                // moreInfo [1] EXPLICIT SpcLink, whose choice url is [0] IMPLICIT IA5String.
                using (writer.PushSequence(Tags.Constructed(1)))
                {
                    writer.WriteCharacterString(UniversalTagNumber.IA5String, url.AbsoluteUri, Tags.Primitive(0));
                }
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
