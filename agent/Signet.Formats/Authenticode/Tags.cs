using System.Formats.Asn1;

namespace Signet.Formats.Authenticode;

/// <summary>Context-specific ASN.1 tags.</summary>
internal static class Tags
{
    /// <summary>[number] of a constructed value.</summary>
    public static Asn1Tag Constructed(int number) => new(TagClass.ContextSpecific, number, isConstructed: true);

    /// <summary>[number] of a primitive value.</summary>
    public static Asn1Tag Primitive(int number) => new(TagClass.ContextSpecific, number);
}
