using System.Text;
using System.Xml;

namespace Signet.Formats.Opc;

/// <summary>A part with relationships (ISO/IEC 29500-2 section 6.5).</summary>
internal sealed class RelationshipsPart
{
    /// <summary>Content type of such parts.</summary>
    public const string ContentType = "application/vnd.openxmlformats-package.relationships+xml";

    /// <summary>Namespace of their elements.</summary>
    public const string Namespace = "http://schemas.openxmlformats.org/package/2006/relationships";

    private readonly byte[] _original;
    private readonly List<Relationship> _all = [];
    private string _prefix = string.Empty;

    private RelationshipsPart(byte[] original) => _original = original;

    /// <summary>A part without any.</summary>
    public static RelationshipsPart Empty =>
        new(Encoding.UTF8.GetBytes($"<?xml version=\"1.0\" encoding=\"utf-8\"?><Relationships xmlns=\"{Namespace}\"></Relationships>"));

    /// <summary>The relationships.</summary>
    public IReadOnlyList<Relationship> All => _all;

    /// <summary>Reads one.</summary>
    /// <param name="xml">The unpacked part.</param>
    /// <param name="partName">Its name, for errors.</param>
    /// <exception cref="SignatureFormatException">It breaks a rule.</exception>
    public static RelationshipsPart Read(byte[] xml, string partName)
    {
        var part = new RelationshipsPart(xml);
        try
        {
            part.ReadXml(partName);
        }
        catch (XmlException exception)
        {
            throw Malformed(partName, "cannot be read", exception);
        }

        return part;
    }

    /// <summary>The part with one more relationship at its end; nothing else changes.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="target">The part that it leads to, with a leading slash.</param>
    public byte[] With(string type, string target)
    {
        var id = "signet";
        for (var number = 1; _all.Exists(known => known.Id == id); number++)
        {
            id = $"signet{number}";
        }

        var added = $"<{_prefix}Relationship Type=\"{Canonical.Attribute(type)}\" Target=\"{Canonical.Attribute(target)}\" Id=\"{id}\"/>";
        var close = _original.AsSpan().LastIndexOf(Encoding.UTF8.GetBytes($"</{_prefix}Relationships"));
        return close < 0
            ? Empty.With(type, target)
            : [.. _original.AsSpan(0, close), .. Encoding.UTF8.GetBytes(added), .. _original.AsSpan(close)];
    }

    /// <summary>
    /// What the relationships transform makes of a part, in canonical form (section 10.5.8.6): the chosen relationships alone, in
    /// the order of their Ids, with every attribute.
    /// </summary>
    public static byte[] Transform(IEnumerable<Relationship> chosen)
    {
        var xml = new StringBuilder($"<Relationships xmlns=\"{Namespace}\">");
        foreach (var relationship in chosen.OrderBy(relationship => relationship.Id, StringComparer.Ordinal))
        {
            xml.Append($"<Relationship Id=\"{Canonical.Attribute(relationship.Id)}\"")
                .Append($" Target=\"{Canonical.Attribute(relationship.Target)}\"")
                .Append($" TargetMode=\"{Canonical.Attribute(relationship.TargetMode)}\"")
                .Append($" Type=\"{Canonical.Attribute(relationship.Type)}\"></Relationship>");
        }

        return Encoding.UTF8.GetBytes(xml.Append("</Relationships>").ToString());
    }

    private void ReadXml(string partName)
    {
        using var reader = XmlReader.Create(new MemoryStream(_original, writable: false), SafeXml.ReaderSettings());
        reader.MoveToContent();
        if (reader.LocalName != "Relationships" || reader.NamespaceURI != Namespace)
        {
            throw Malformed(partName, $"has the root '{reader.Name}'");
        }

        _prefix = reader.Prefix.Length == 0 ? string.Empty : reader.Prefix + ":";
        while (reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element)
            {
                continue;
            }

            var (id, type, target) = (reader.GetAttribute("Id"), reader.GetAttribute("Type"), reader.GetAttribute("Target"));
            if (reader.LocalName != "Relationship" || reader.NamespaceURI != Namespace || id is null || type is null || target is null
                || _all.Exists(known => known.Id == id))
            {
                throw Malformed(partName, $"has an element '{reader.Name}' that is unknown, incomplete or there twice");
            }

            if (reader.AttributeCount > (reader.GetAttribute("TargetMode") is null ? 3 : 4))
            {
                throw Malformed(partName, $"has a relationship '{id}' with more than its own attributes");
            }

            _all.Add(new Relationship(id, type, target, reader.GetAttribute("TargetMode") ?? "Internal"));
        }

        if (!_original.AsSpan().TrimStart("\uFEFF"u8).StartsWith("<"u8))
        {
            throw Malformed(partName, "is not in UTF-8");
        }
    }

    private static SignatureFormatException Malformed(string partName, string what, Exception? cause = null) =>
        new(FormatFailure.Malformed, $"This is no well-formed package: {partName} {what}.", cause);
}

/// <summary>A relationship.</summary>
/// <param name="Id">Its name within the part.</param>
/// <param name="Type">Its type.</param>
/// <param name="Target">Where it leads.</param>
/// <param name="TargetMode">"Internal" or "External".</param>
internal sealed record Relationship(string Id, string Type, string Target, string TargetMode)
{
    /// <summary>The part that it leads to, seen from the part that has it; null for none in the package.</summary>
    /// <param name="source">Name of that part; "/" for the package.</param>
    public string? ResolveTarget(string source) =>
        TargetMode == "Internal" && Uri.TryCreate(new Uri("package://p" + source), Target, out var target) && target.Host == "p"
            ? target.AbsolutePath
            : null;
}
