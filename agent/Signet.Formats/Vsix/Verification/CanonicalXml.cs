using System.Security.Cryptography.Xml;
using System.Xml;

namespace Signet.Formats.Vsix.Verification;

/// <summary>Canonical XML 1.0 by .NET's own transform.</summary>
internal static class CanonicalXml
{
    /// <summary>Whether an algorithm is one of those that packages use.</summary>
    public static bool Knows(string algorithm) =>
        algorithm is SignatureNames.CanonicalXml or SignatureNames.CanonicalXml + "#WithComments";

    /// <summary>An element of a document in canonical form.</summary>
    /// <param name="element">With the namespaces that it has from its ancestors.</param>
    /// <param name="algorithm">One that is known.</param>
    public static byte[] Of(XmlElement element, string algorithm)
    {
        var document = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
        var copy = (XmlElement)document.ImportNode(element, deep: true);
        document.AppendChild(copy);
        for (var ancestor = element.ParentNode as XmlElement; ancestor is not null; ancestor = ancestor.ParentNode as XmlElement)
        {
            foreach (XmlAttribute attribute in ancestor.Attributes)
            {
                // Namespaces and xml: attributes are inherited (section 2.4).
                if ((attribute.Prefix == "xmlns" || attribute.Name == "xmlns" || attribute.Prefix == "xml") && !copy.HasAttribute(attribute.Name))
                {
                    copy.SetAttributeNode((XmlAttribute)document.ImportNode(attribute, deep: true));
                }
            }
        }

        return Of(document, algorithm);
    }

    /// <summary>A whole document in canonical form.</summary>
    public static byte[] Of(XmlDocument document, string algorithm)
    {
        var transform = new XmlDsigC14NTransform(algorithm.EndsWith("#WithComments", StringComparison.Ordinal));
        transform.LoadInput(document);
        using var output = (Stream)transform.GetOutput(typeof(Stream));
        using var bytes = new MemoryStream();
        output.CopyTo(bytes);
        return bytes.ToArray();
    }
}
