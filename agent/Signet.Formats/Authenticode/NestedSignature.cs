using System.Formats.Asn1;

namespace Signet.Formats.Authenticode;

/// <summary>
/// Adds a signature to one that is there: the new one goes into an unsigned attribute of the old one, whose own signature
/// does not cover it and stays as it was.
/// </summary>
internal static class NestedSignature
{
    /// <summary>Adds the signature.</summary>
    /// <param name="existing">ContentInfo of the signature that is there.</param>
    /// <param name="added">ContentInfo of the new one.</param>
    /// <returns>ContentInfo of the old signature with the new one in it.</returns>
    /// <exception cref="SignatureFormatException">The signature that is there has not the form of PKCS#7.</exception>
    public static byte[] Append(ReadOnlyMemory<byte> existing, ReadOnlyMemory<byte> added)
    {
        try
        {
            return AppendToContentInfo(existing, added);
        }
        catch (AsnContentException exception)
        {
            throw new SignatureFormatException(
                FormatFailure.Malformed, "The signature that the file has already is no PKCS#7 signature.", exception);
        }
    }

    private static byte[] AppendToContentInfo(ReadOnlyMemory<byte> existing, ReadOnlyMemory<byte> added)
    {
        var contentInfo = new AsnReader(existing, AsnEncodingRules.BER).ReadSequence();
        var type = contentInfo.ReadObjectIdentifier();
        if (type != ObjectIdentifiers.SignedData)
        {
            throw new AsnContentException($"content type {type} is not that of SignedData");
        }

        var signedData = contentInfo.ReadSequence(Tags.Constructed(0)).ReadSequence();
        var writer = new AsnWriter(AsnEncodingRules.BER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(type);
            using (writer.PushSequence(Tags.Constructed(0)))
            using (writer.PushSequence())
            {
                // Everything in front of the signerInfos, which come last, stays byte for byte.
                var last = signedData.ReadEncodedValue();
                while (signedData.HasData)
                {
                    writer.WriteEncodedValue(last.Span);
                    last = signedData.ReadEncodedValue();
                }

                WriteSignerInfos(writer, new AsnReader(last, AsnEncodingRules.BER).ReadSetOf(), added);
            }
        }

        return writer.Encode();
    }

    private static void WriteSignerInfos(AsnWriter writer, AsnReader signerInfos, ReadOnlyMemory<byte> added)
    {
        using (writer.PushSetOf())
        {
            var signerInfo = signerInfos.ReadSequence();
            signerInfos.ThrowIfNotEmpty();
            using (writer.PushSequence())
            {
                var nested = new List<ReadOnlyMemory<byte>>();
                var others = new List<ReadOnlyMemory<byte>>();
                while (signerInfo.HasData)
                {
                    if (signerInfo.PeekTag().HasSameClassAndValue(Tags.Constructed(1)))
                    {
                        SplitAttributes(signerInfo.ReadSetOf(Tags.Constructed(1)), nested, others);
                    }
                    else
                    {
                        writer.WriteEncodedValue(signerInfo.ReadEncodedValue().Span);
                    }
                }

                using (writer.PushSetOf(Tags.Constructed(1)))
                {
                    others.ForEach(attribute => writer.WriteEncodedValue(attribute.Span));
                    UnsignedAttributes.Write(writer, ObjectIdentifiers.NestedSignature, [.. nested, added]);
                }
            }
        }
    }

    private static void SplitAttributes(
        AsnReader attributes, List<ReadOnlyMemory<byte>> nested, List<ReadOnlyMemory<byte>> others)
    {
        while (attributes.HasData)
        {
            var encoded = attributes.ReadEncodedValue();
            var attribute = new AsnReader(encoded, AsnEncodingRules.BER).ReadSequence();
            if (attribute.ReadObjectIdentifier() != ObjectIdentifiers.NestedSignature)
            {
                others.Add(encoded);
                continue;
            }

            var values = attribute.ReadSetOf();
            while (values.HasData)
            {
                nested.Add(values.ReadEncodedValue());
            }
        }
    }
}
