using System.Text;
using System.Xml;

namespace Signet.Formats.Opc;

/// <summary>[Content_Types].xml of an Open Packaging Conventions package (ISO/IEC 29500-2 section 7.2.3).</summary>
internal sealed class ContentTypesPart
{
    /// <summary>Name of its ZIP entry.</summary>
    public const string EntryName = "[Content_Types].xml";

    private const string Namespace = "http://schemas.openxmlformats.org/package/2006/content-types";

    private readonly Dictionary<string, string> _defaults = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _overrides = new(StringComparer.OrdinalIgnoreCase);
    private readonly byte[] _original;
    private readonly StringBuilder _added = new();
    private string _prefix = string.Empty;

    private ContentTypesPart(byte[] original) => _original = original;

    /// <summary>Whether something was added.</summary>
    public bool IsChanged => _added.Length > 0;

    /// <summary>Reads it.</summary>
    /// <param name="xml">The unpacked entry.</param>
    /// <exception cref="SignatureFormatException">It breaks a rule.</exception>
    public static ContentTypesPart Read(byte[] xml)
    {
        var part = new ContentTypesPart(xml);
        try
        {
            part.ReadXml();
        }
        catch (Exception exception) when (exception is XmlException or ArgumentException)
        {
            throw Malformed("cannot be read", exception);
        }

        return part;
    }

    /// <summary>The content type of a part; null where there is none.</summary>
    /// <param name="partName">Its name with a leading slash, as a URI.</param>
    public string? Find(string partName) =>
        _overrides.GetValueOrDefault(partName) ?? _defaults.GetValueOrDefault(Extension(partName));

    /// <summary>Gives one part a type of its own, unless it has that type already.</summary>
    /// <param name="partName">Its name with a leading slash, as a URI.</param>
    /// <param name="contentType">The type.</param>
    /// <exception cref="SignatureFormatException">The part has an own type already, and it is another one.</exception>
    public void AddOverride(string partName, string contentType)
    {
        if (_overrides.TryGetValue(partName, out var known))
        {
            if (known != contentType)
            {
                throw Malformed($"gives {partName} the type {known}, and it must be {contentType}");
            }

            return;
        }

        _overrides.Add(partName, contentType);
        Append($"Override PartName=\"{Escape(partName)}\" ContentType=\"{Escape(contentType)}\"");
    }

    /// <summary>Gives all parts with an extension a type, unless they have one.</summary>
    /// <param name="extension">Without its dot.</param>
    /// <param name="contentType">The type.</param>
    /// <exception cref="SignatureFormatException">The extension has another type.</exception>
    public void AddDefault(string extension, string contentType)
    {
        if (_defaults.TryGetValue(extension, out var known))
        {
            if (!string.Equals(known, contentType, StringComparison.OrdinalIgnoreCase))
            {
                throw Malformed($"gives .{extension} the type {known}, and it must be {contentType}");
            }

            return;
        }

        _defaults.Add(extension, contentType);
        Append($"Default Extension=\"{Escape(extension)}\" ContentType=\"{Escape(contentType)}\"");
    }

    /// <summary>The part with what was added in front of its closing tag; nothing else changes.</summary>
    public byte[] Write()
    {
        var close = _original.AsSpan().LastIndexOf(Encoding.UTF8.GetBytes($"</{_prefix}Types"));
        return close < 0
            ? throw Malformed("has no content type at all")
            : [.. _original.AsSpan(0, close), .. Encoding.UTF8.GetBytes(_added.ToString()), .. _original.AsSpan(close)];
    }

    private void ReadXml()
    {
        using var reader = XmlReader.Create(new MemoryStream(_original, writable: false), SafeXml.ReaderSettings());
        if (reader.Read() && reader.NodeType == XmlNodeType.XmlDeclaration
            && reader.GetAttribute("encoding") is { } encoding && !encoding.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
        {
            throw Malformed($"is in {encoding}, and only UTF-8 is taken");
        }

        reader.MoveToContent();
        if (reader.LocalName != "Types" || reader.NamespaceURI != Namespace)
        {
            throw Malformed($"has the root '{reader.Name}'");
        }

        if (!_original.AsSpan().TrimStart("\uFEFF"u8).StartsWith("<"u8))
        {
            throw Malformed("is not in UTF-8");
        }

        _prefix = reader.Prefix.Length == 0 ? string.Empty : reader.Prefix + ":";
        while (reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element || reader.NamespaceURI != Namespace)
            {
                continue;
            }

            var type = reader.GetAttribute("ContentType");
            var (key, target) = reader.LocalName == "Default"
                ? (reader.GetAttribute("Extension"), _defaults)
                : (reader.GetAttribute("PartName"), _overrides);
            if (type is null || key is null || !target.TryAdd(key, type))
            {
                throw Malformed($"has an element '{reader.LocalName}' that is incomplete or there twice");
            }
        }
    }

    private void Append(string element) => _added.Append('<').Append(_prefix).Append(element).Append("/>");

    private static string Extension(string partName)
    {
        var name = partName[(partName.LastIndexOf('/') + 1)..];
        var dot = name.LastIndexOf('.');
        return dot < 0 ? string.Empty : name[(dot + 1)..];
    }

    private static string Escape(string value) => System.Security.SecurityElement.Escape(value)!;

    private static SignatureFormatException Malformed(string what, Exception? cause = null) =>
        new(FormatFailure.Malformed, $"This is no well-formed package: {EntryName} {what}.", cause);
}
