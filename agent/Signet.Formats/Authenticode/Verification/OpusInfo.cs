using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Text;

namespace Signet.Formats.Authenticode.Verification;

/// <summary>SpcSpOpusInfo: what a signature says for people.</summary>
/// <param name="Description">Name of the program; null for none.</param>
/// <param name="Url">Its address; null for none.</param>
internal sealed record OpusInfo(string? Description, string? Url)
{
    private const string Type = "1.3.6.1.4.1.311.2.1.12";

    /// <summary>Reads the attribute; both are null where there is none.</summary>
    public static OpusInfo Read(SignerInfo signer, List<string> problems)
    {
        var attribute = signer.SignedAttributes.Cast<CryptographicAttributeObject>()
            .FirstOrDefault(candidate => candidate.Oid.Value == Type);
        if (attribute is null || attribute.Values.Count == 0)
        {
            return new OpusInfo(null, null);
        }

        try
        {
            return Parse(attribute.Values[0].RawData);
        }
        catch (AsnContentException)
        {
            problems.Add("Its programme name cannot be read.");
            return new OpusInfo(null, null);
        }
    }

    private static OpusInfo Parse(byte[] encoded)
    {
        var info = new AsnReader(encoded, AsnEncodingRules.BER).ReadSequence();
        string? description = null;
        string? url = null;
        while (info.HasData)
        {
            var tag = ContextTag(info);
            var member = info.ReadSequence(tag);
            if (tag.TagValue == 0)
            {
                description = ReadString(member);
            }
            else if (tag.TagValue == 1 && ContextTag(member).TagValue == 0)
            {
                // The choice url of SpcLink; the other choices name no address.
                url = Encoding.ASCII.GetString(member.ReadOctetString(member.PeekTag()));
            }
        }

        return new OpusInfo(description, url);
    }

    private static Asn1Tag ContextTag(AsnReader reader) => reader.PeekTag() is { TagClass: TagClass.ContextSpecific } tag
        ? tag
        : throw new AsnContentException("a context-specific tag is missing");

    // SpcString: [0] unicode, [1] ascii.
    private static string ReadString(AsnReader member)
    {
        var tag = ContextTag(member);
        var bytes = member.ReadOctetString(tag);
        return (tag.TagValue == 0 ? Encoding.BigEndianUnicode : Encoding.ASCII).GetString(bytes);
    }
}
