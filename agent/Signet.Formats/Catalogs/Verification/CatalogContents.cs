using System.Formats.Asn1;
using System.Text;

namespace Signet.Formats.Catalogs.Verification;

/// <summary>What a catalog lists.</summary>
/// <param name="Members">Its members in their order.</param>
public sealed record CatalogContents(IReadOnlyList<CatalogEntry> Members)
{
    private const string NameValue = "1.3.6.1.4.1.311.12.2.1";
    private const string IndirectData = "1.3.6.1.4.1.311.2.1.4";
    private const int Base64Value = 0x20000;

    /// <summary>Reads the list out of a catalog, signed or not. It verifies no signature.</summary>
    /// <param name="catalog">The whole file.</param>
    /// <exception cref="SignatureFormatException">It is no well-formed catalog.</exception>
    public static CatalogContents Read(ReadOnlyMemory<byte> catalog)
    {
        try
        {
            var list = new AsnReader(FindList(catalog), AsnEncodingRules.BER).ReadSequence();

            // Type of the list, identifier, time, version of the members.
            list.ReadSequence();
            list.ReadOctetString();
            list.ReadEncodedValue();
            list.ReadSequence();
            var members = new List<CatalogEntry>();
            for (var entries = list.ReadSequence(); entries.HasData;)
            {
                var entry = entries.ReadSequence();
                members.Add(ReadEntry(entry.ReadOctetString(), entry.ReadSetOf(skipSortOrderValidation: true)));
            }

            return new CatalogContents(members);
        }
        catch (AsnContentException exception)
        {
            throw new SignatureFormatException(
                FormatFailure.Malformed, "This is no well-formed catalog: its list of members cannot be read.", exception);
        }
    }

    /// <summary>The list with its tag and length.</summary>
    /// <exception cref="AsnContentException">There is none.</exception>
    internal static ReadOnlyMemory<byte> FindList(ReadOnlyMemory<byte> catalog)
    {
        var context = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
        var contentInfo = new AsnReader(catalog, AsnEncodingRules.BER).ReadSequence();
        contentInfo.ReadObjectIdentifier();
        var signedData = contentInfo.ReadSequence(context).ReadSequence();
        signedData.ReadInteger();
        signedData.ReadSetOf(skipSortOrderValidation: true);
        var encapsulated = signedData.ReadSequence();
        encapsulated.ReadObjectIdentifier();
        return encapsulated.ReadSequence(context).ReadEncodedValue();
    }

    private static CatalogEntry ReadEntry(byte[] tag, AsnReader attributes)
    {
        var names = new List<string>();
        byte[] digest = [];
        while (attributes.HasData)
        {
            var attribute = attributes.ReadSequence();
            var type = attribute.ReadObjectIdentifier();
            var value = attribute.ReadSetOf(skipSortOrderValidation: true);
            if (type == NameValue)
            {
                var pair = value.ReadSequence();
                pair.ReadEncodedValue();
                var flags = pair.ReadInteger();
                var bytes = pair.ReadOctetString();
                names.Add((flags & Base64Value) == 0 ? Encoding.Unicode.GetString(bytes).TrimEnd('\0') : Convert.ToBase64String(bytes));
            }
            else if (type == IndirectData)
            {
                var content = value.ReadSequence();
                content.ReadSequence();
                var digestInfo = content.ReadSequence();
                digestInfo.ReadSequence();
                digest = digestInfo.ReadOctetString();
            }
        }

        return new CatalogEntry(tag, digest, names);
    }
}

/// <summary>One member of a catalog.</summary>
/// <param name="Tag">What Windows looks it up by; in version 2 the digest.</param>
/// <param name="Digest">Digest of the file; empty where the tag alone says it.</param>
/// <param name="Names">Names and paths that are given for it.</param>
public sealed record CatalogEntry(ReadOnlyMemory<byte> Tag, ReadOnlyMemory<byte> Digest, IReadOnlyList<string> Names);
