using System.Text;

namespace Signet.Formats.Opc;

/// <summary>Text as Canonical XML 1.0 writes it (section 2.3).</summary>
internal static class Canonical
{
    /// <summary>The value of an attribute.</summary>
    public static string Attribute(string value) => new StringBuilder(value)
        .Replace("&", "&amp;").Replace("<", "&lt;").Replace("\"", "&quot;")
        .Replace("\t", "&#x9;").Replace("\n", "&#xA;").Replace("\r", "&#xD;").ToString();
}
