using System.Formats.Asn1;

namespace Signet.Formats.PortableExecutable.Verification;

/// <summary>Reads the page hashes out of SpcPeImageData.</summary>
internal static class StatedPageHashes
{
    private const string PeImageDataType = "1.3.6.1.4.1.311.2.1.15";
    private const string VersionTwo = "1.3.6.1.4.1.311.2.3.2";

    private static readonly byte[] ClassId = Convert.FromHexString("a6b586d5b4a12466ae05a217da8e60d6");

    /// <summary>What a signature says of pages.</summary>
    /// <param name="indirectData">SpcIndirectDataContent.</param>
    /// <param name="problems">Gets a sentence where they cannot be read.</param>
    /// <returns>The entries; null where there are none.</returns>
    public static byte[]? Read(ReadOnlyMemory<byte> indirectData, List<string> problems)
    {
        if (indirectData.IsEmpty)
        {
            return null;
        }

        try
        {
            var data = new AsnReader(indirectData, AsnEncodingRules.BER).ReadSequence().ReadSequence();
            return data.ReadObjectIdentifier() == PeImageDataType && data.HasData ? ReadImageData(data.ReadSequence(), problems) : null;
        }
        catch (AsnContentException)
        {
            problems.Add("What it says of the image and its pages cannot be read.");
            return null;
        }
    }

    private static byte[]? ReadImageData(AsnReader imageData, List<string> problems)
    {
        var file = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
        var moniker = new Asn1Tag(TagClass.ContextSpecific, 1, isConstructed: true);
        if (imageData.HasData && imageData.PeekTag() == Asn1Tag.PrimitiveBitString)
        {
            imageData.ReadBitString(out _);
        }

        if (!imageData.HasData || !imageData.PeekTag().HasSameClassAndValue(file))
        {
            return null;
        }

        var link = imageData.ReadSequence(file);
        if (!link.PeekTag().HasSameClassAndValue(moniker))
        {
            return null;
        }

        var serialized = link.ReadSequence(moniker);
        if (!serialized.ReadOctetString().AsSpan().SequenceEqual(ClassId))
        {
            return null;
        }

        var attribute = new AsnReader(serialized.ReadOctetString(), AsnEncodingRules.BER).ReadSetOf().ReadSequence();
        if (attribute.ReadObjectIdentifier() != VersionTwo)
        {
            problems.Add("Its page hashes are not made with SHA-256, which alone is accepted.");
            return null;
        }

        return attribute.ReadSetOf().ReadOctetString();
    }
}
