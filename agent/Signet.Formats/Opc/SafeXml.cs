using System.Xml;

namespace Signet.Formats.Opc;

/// <summary>How XML of unknown origin is read: without document types, entities or anything from elsewhere.</summary>
internal static class SafeXml
{
    /// <summary>Largest part that is read as a whole, in bytes unpacked.</summary>
    public const int MaxPartBytes = 16 << 20;

    private const int MaxDepth = 100;
    private const int MaxAttributes = 500;

    /// <summary>Settings for a reader. Not shared, because they can be changed.</summary>
    public static XmlReaderSettings ReaderSettings() => new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = MaxPartBytes,
        CloseInput = false,
    };

    /// <summary>Reads XML with its blanks as a tree of nodes, once it is known to hold nothing that such a tree cannot bear.</summary>
    /// <param name="open">Gives a reader at the beginning; called twice.</param>
    /// <param name="malformed">The error for what it holds, which is an end of the sentence "it ...".</param>
    /// <exception cref="XmlException">It is broken.</exception>
    public static XmlDocument Load(Func<XmlReader> open, Func<string, SignatureFormatException> malformed)
    {
        using (var checking = open())
        {
            if (Excess(checking) is { } excess)
            {
                throw malformed(excess);
            }
        }

        using var reader = open();
        var document = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
        document.Load(reader);
        return document;
    }

    /// <summary>Reads XML to its end, and says what of it a tree of nodes and its canonicalization cannot bear.</summary>
    /// <param name="reader">A reader at its beginning.</param>
    /// <returns>What that is, as an end of the sentence "it ..."; null where there is nothing.</returns>
    /// <exception cref="XmlException">It is broken.</exception>
    public static string? Excess(XmlReader reader)
    {
        while (reader.Read())
        {
            // Elements one inside of the other are gone into by recursion.
            if (reader.Depth > MaxDepth || reader.AttributeCount > MaxAttributes)
            {
                return $"has more than {MaxDepth} elements one in the other, or {MaxAttributes} attributes in one";
            }

            // XmlReader takes versions that XmlDocument does not (XML 1.0 section 2.8).
            if (reader.NodeType == XmlNodeType.XmlDeclaration && reader.GetAttribute("version") != "1.0")
            {
                return "is not XML of version 1.0";
            }
        }

        return null;
    }
}
