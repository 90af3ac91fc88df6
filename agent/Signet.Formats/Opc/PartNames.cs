using System.Text;

namespace Signet.Formats.Opc;

/// <summary>Names of parts (ISO/IEC 29500-2 sections 6.2.2 and 7.3.4).</summary>
internal static class PartNames
{
    // pchar of RFC 3986 section 3.3 but for letters, digits and escapes.
    private const string Marks = "-._~!$&'()*+,;=:@/";

    /// <summary>
    /// The part name of a ZIP entry: with a leading slash, and what no URI holds escaped. An entry whose name changes by that
    /// is no part (packers that know nothing of parts leave blanks as they are).
    /// </summary>
    public static string FromEntryName(string entryName)
    {
        var name = new StringBuilder("/");
        var bytes = Encoding.UTF8.GetBytes(entryName);
        for (var index = 0; index < bytes.Length; index++)
        {
            var value = bytes[index];
            var isEscape = value == '%' && index + 2 < bytes.Length
                && Uri.IsHexDigit((char)bytes[index + 1]) && Uri.IsHexDigit((char)bytes[index + 2]);
            if (char.IsAsciiLetterOrDigit((char)value) || isEscape || Marks.Contains((char)value, StringComparison.Ordinal))
            {
                name.Append((char)value);
            }
            else
            {
                name.Append('%').Append(Convert.ToHexString([value]));
            }
        }

        return name.ToString();
    }

    /// <summary>The name of the part with the relationships of another one; "/" for the package's own.</summary>
    public static string RelationshipsOf(string partName)
    {
        var slash = partName.LastIndexOf('/');
        return $"{partName[..(slash + 1)]}_rels/{partName[(slash + 1)..]}.rels";
    }

    /// <summary>Whether a part holds relationships.</summary>
    public static bool IsRelationships(string partName) =>
        partName.EndsWith(".rels", StringComparison.OrdinalIgnoreCase)
        && partName.Contains("/_rels/", StringComparison.OrdinalIgnoreCase);
}
