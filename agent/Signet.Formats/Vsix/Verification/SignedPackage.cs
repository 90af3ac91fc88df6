using System.IO.Compression;
using System.Xml;
using System.Xml.Linq;
using Signet.Formats.Opc;

namespace Signet.Formats.Vsix.Verification;

/// <summary>A package as .NET's reader of ZIP files and LINQ to XML give it.</summary>
internal sealed class SignedPackage
{
    private readonly Dictionary<string, ZipArchiveEntry> _parts = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _types = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads names and content types.</summary>
    /// <exception cref="SignatureFormatException">It is no package.</exception>
    public SignedPackage(ZipArchive archive)
    {
        foreach (var entry in archive.Entries.Where(entry => !entry.FullName.EndsWith('/')))
        {
            if (!_parts.TryAdd(PartNames.FromEntryName(entry.FullName), entry))
            {
                throw Malformed($"it has '{entry.FullName}' twice");
            }
        }

        var types = _parts.Remove("/%5BContent_Types%5D.xml", out var part) ? Load(part) : throw Malformed("it has no content types");
        foreach (var element in types.Elements())
        {
            var key = element.Name.LocalName == "Default" ? "." + element.Attribute("Extension")?.Value : element.Attribute("PartName")?.Value;
            _types[key ?? string.Empty] = element.Attribute("ContentType")?.Value ?? string.Empty;
        }
    }

    /// <summary>Names of all parts.</summary>
    public IEnumerable<string> Parts => _parts.Keys;

    /// <summary>The content type of a part; null for none.</summary>
    public string? TypeOf(string partName) => _types.GetValueOrDefault(partName) ?? _types.GetValueOrDefault(Path.GetExtension(partName));

    /// <summary>Opens a part; null where there is none.</summary>
    public Stream? Open(string partName) => _parts.GetValueOrDefault(partName)?.Open();

    /// <summary>Reads a part of XML with its blanks; null where there is none.</summary>
    /// <exception cref="SignatureFormatException">It is no XML, or larger than such parts are.</exception>
    public XmlDocument? ReadXml(string partName)
    {
        if (!_parts.TryGetValue(partName, out var part))
        {
            return null;
        }

        try
        {
            var settings = SafeXml.ReaderSettings();
            settings.CloseInput = true;
            return SafeXml.Load(() => XmlReader.Create(part.Open(), settings), excess => Malformed($"{partName} {excess}"));
        }
        catch (XmlException exception)
        {
            throw Malformed($"{partName} is no XML", exception);
        }
    }

    /// <summary>The targets of the relationships of one type that a part has.</summary>
    /// <param name="source">The part; "/" for the package.</param>
    /// <param name="type">The type.</param>
    public IReadOnlyList<string> Related(string source, string type)
    {
        var document = ReadXml(PartNames.RelationshipsOf(source));
        return document?.DocumentElement is not { } root
            ? []
            : [.. root.ChildNodes.OfType<XmlElement>().Where(element => element.GetAttribute("Type") == type)
                .Select(element => new Uri(new Uri("package://p" + source), element.GetAttribute("Target")).AbsolutePath)];
    }

    /// <summary>The error for a package that breaks a rule.</summary>
    public static SignatureFormatException Malformed(string what, Exception? cause = null) =>
        new(FormatFailure.Malformed, $"This is no well-formed VSIX package: {what}.", cause);

    private static XElement Load(ZipArchiveEntry part)
    {
        try
        {
            using var content = part.Open();
            using var reader = XmlReader.Create(content, SafeXml.ReaderSettings());
            return XElement.Load(reader);
        }
        catch (XmlException exception)
        {
            throw Malformed($"{part.FullName} is no XML", exception);
        }
    }
}
