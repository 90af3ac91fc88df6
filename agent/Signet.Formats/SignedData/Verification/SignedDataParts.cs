using System.Formats.Asn1;

namespace Signet.Formats.SignedData.Verification;

/// <summary>
/// The parts of a CMS SignedData (RFC 5652 section 5.1): version, digestAlgorithms, encapContentInfo, certificates [0] OPTIONAL,
/// crls [1] OPTIONAL, signerInfos.
/// </summary>
internal sealed class SignedDataParts
{
    private static readonly Asn1Tag Tag0 = new(TagClass.ContextSpecific, 0);

    private readonly string _type;
    private readonly List<ReadOnlyMemory<byte>> _others = [];

    private SignedDataParts(string type) => _type = type;

    /// <summary>The certificates that it carries, each encoded; null where the field is missing.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>>? Certificates { get; private set; }

    /// <summary>
    /// What the messageDigest attribute is the hash of: the content without tag and length (RFC 5652 section 5.4, and RFC 2315
    /// section 9.3 for content that is no octet string). Empty where it carries none.
    /// </summary>
    public ReadOnlyMemory<byte> Content { get; private set; }

    /// <summary>Its signerInfos, each encoded.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Signers { get; private set; } = [];

    /// <summary>Takes it apart.</summary>
    /// <param name="encoded">ContentInfo in DER or BER; what follows it is left aside.</param>
    /// <exception cref="AsnContentException">It is malformed.</exception>
    public static SignedDataParts Read(ReadOnlyMemory<byte> encoded)
    {
        var contentInfo = new AsnReader(encoded, AsnEncodingRules.BER).ReadSequence();
        var parts = new SignedDataParts(contentInfo.ReadObjectIdentifier());
        var fields = contentInfo.ReadSequence(Tag0).ReadSequence();
        parts._others.Add(fields.ReadEncodedValue());
        parts._others.Add(fields.ReadEncodedValue());
        var encapsulated = fields.ReadEncodedValue();
        parts._others.Add(encapsulated);
        parts.Content = ContentOf(encapsulated);
        while (fields.HasData)
        {
            if (parts.Certificates is null && fields.PeekTag().HasSameClassAndValue(Tag0))
            {
                parts.Certificates = ValuesOf(fields.ReadSetOf(skipSortOrderValidation: true, Tag0));
                continue;
            }

            var field = fields.ReadEncodedValue();
            parts._others.Add(field);
            if (!fields.HasData)
            {
                parts.Signers = ValuesOf(
                    new AsnReader(field, AsnEncodingRules.BER).ReadSetOf(skipSortOrderValidation: true));
            }
        }

        return parts;
    }

    /// <summary>The structure without its certificates, which the signatures do not cover.</summary>
    public byte[] WithoutCertificates()
    {
        var writer = new AsnWriter(AsnEncodingRules.BER);
        writer.PushSequence();
        writer.WriteObjectIdentifier(_type);
        writer.PushSequence(Tag0);
        writer.PushSequence();
        foreach (var field in _others)
        {
            writer.WriteEncodedValue(field.Span);
        }

        writer.PopSequence();
        writer.PopSequence(Tag0);
        writer.PopSequence();
        return writer.Encode();
    }

    /// <summary>What the signature of a SignerInfo covers: its signed attributes as a SET (RFC 5652 section 5.4).</summary>
    /// <param name="signerInfo">SignerInfo in DER or BER.</param>
    /// <returns>Null where it has none, or is malformed.</returns>
    public static byte[]? FindSignedAttributes(ReadOnlyMemory<byte> signerInfo)
    {
        const byte setTag = 0x31;
        try
        {
            // Behind version, sid and digestAlgorithm.
            var fields = new AsnReader(signerInfo, AsnEncodingRules.BER).ReadSequence();
            fields.ReadEncodedValue();
            fields.ReadEncodedValue();
            fields.ReadEncodedValue();
            if (!fields.PeekTag().HasSameClassAndValue(Tag0))
            {
                return null;
            }

            var attributes = fields.ReadEncodedValue().ToArray();
            attributes[0] = setTag;
            return attributes;
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    private static ReadOnlyMemory<byte> ContentOf(ReadOnlyMemory<byte> encapsulated)
    {
        var fields = new AsnReader(encapsulated, AsnEncodingRules.BER).ReadSequence();
        fields.ReadObjectIdentifier();
        if (!fields.HasData)
        {
            return default;
        }

        var content = fields.ReadSequence(Tag0);
        if (!content.PeekTag().HasSameClassAndValue(Asn1Tag.PrimitiveOctetString))
        {
            return content.PeekContentBytes();
        }

        return content.TryReadPrimitiveOctetString(out var octets) ? octets : content.ReadOctetString();
    }

    private static List<ReadOnlyMemory<byte>> ValuesOf(AsnReader set)
    {
        var values = new List<ReadOnlyMemory<byte>>();
        while (set.HasData)
        {
            values.Add(set.ReadEncodedValue());
        }

        return values;
    }
}
