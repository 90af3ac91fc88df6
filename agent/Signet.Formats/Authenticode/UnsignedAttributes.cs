using System.Formats.Asn1;

namespace Signet.Formats.Authenticode;

/// <summary>Writes unsigned attributes (RFC 2315 section 9.2).</summary>
internal static class UnsignedAttributes
{
    /// <summary>One attribute with its values.</summary>
    /// <param name="writer">Gets the attribute.</param>
    /// <param name="type">Object identifier.</param>
    /// <param name="values">Encoded values.</param>
    public static void Write(AsnWriter writer, string type, IEnumerable<ReadOnlyMemory<byte>> values)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(type);
            using (writer.PushSetOf())
            {
                foreach (var value in values)
                {
                    writer.WriteEncodedValue(value.Span);
                }
            }
        }
    }
}
