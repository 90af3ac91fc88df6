using System.IO.Packaging;
using System.Security.Cryptography;
using System.Security.Cryptography.Xml;
using System.Xml;
using System.Xml.Linq;

namespace Signet.Formats.Tests.Vsix;

/// <summary>
/// A second reader of package signatures: System.IO.Packaging finds parts, content types and relationships, and every
/// reference of the Manifest is checked after ISO/IEC 29500-2 section 10.
/// </summary>
internal static class OpcReader
{
    private const string Origin = "http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/origin";
    private const string Signature = "http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/signature";

    private static readonly XNamespace XmlSignature = "http://www.w3.org/2000/09/xmldsig#";

    /// <summary>The XML of every signature.</summary>
    public static List<byte[]> Signatures(byte[] file)
    {
        using var package = Package.Open(new MemoryStream(file), FileMode.Open, FileAccess.Read);
        return [.. SignatureParts(package).Select(Bytes)];
    }

    /// <summary>Why the parts are not those that the last signature lists; empty where they are.</summary>
    public static List<string> Check(byte[] file)
    {
        using var package = Package.Open(new MemoryStream(file), FileMode.Open, FileAccess.Read);
        var signatures = SignatureParts(package);
        var document = XDocument.Load(new MemoryStream(Bytes(signatures[^1])), LoadOptions.PreserveWhitespace);
        var problems = new List<string>();
        var covered = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var reference in document.Root!.Element(XmlSignature + "Object")!.Element(XmlSignature + "Manifest")!.Elements())
        {
            var uri = reference.Attribute("URI")!.Value.Split("?ContentType=");
            covered.Add(uri[0]);
            var name = new Uri(uri[0], UriKind.Relative);
            if (!package.PartExists(name))
            {
                problems.Add($"{uri[0]} is no part");
                continue;
            }

            var part = package.GetPart(name);
            var transforms = reference.Element(XmlSignature + "Transforms");
            var bytes = transforms is null ? Bytes(part) : Transformed(package, transforms);
            if (part.ContentType != uri[1])
            {
                problems.Add($"{uri[0]} has type {part.ContentType}");
            }

            if (Convert.ToBase64String(Hash(reference, bytes)) != reference.Element(XmlSignature + "DigestValue")!.Value)
            {
                problems.Add($"{uri[0]} has another digest");
            }
        }

        problems.AddRange(package.GetParts().Select(part => part.Uri.OriginalString)
            .Where(name => !name.StartsWith("/package/services/digital-signature/", StringComparison.Ordinal)
                && !covered.Contains(name) && name != "/_rels/.rels")
            .Select(name => name + " is not covered"));
        return problems;
    }

    // Of the package's own relationships, the only ones that the samples have.
    private static byte[] Transformed(Package package, XElement transforms)
    {
        var ids = transforms.Descendants().Select(element => element.Attribute("SourceId")?.Value).OfType<string>().ToHashSet();
        var document = new XmlDocument();
        using (var writer = document.CreateNavigator()!.AppendChild())
        {
            const string Namespace = "http://schemas.openxmlformats.org/package/2006/relationships";
            writer.WriteStartElement("Relationships", Namespace);
            foreach (var relationship in package.GetRelationships().Where(relationship => ids.Contains(relationship.Id)).OrderBy(relationship => relationship.Id, StringComparer.Ordinal))
            {
                writer.WriteStartElement("Relationship", Namespace);
                writer.WriteAttributeString("Type", relationship.RelationshipType);
                writer.WriteAttributeString("Target", relationship.TargetUri.OriginalString);
                writer.WriteAttributeString("Id", relationship.Id);
                writer.WriteAttributeString("TargetMode", relationship.TargetMode.ToString());
                writer.WriteEndElement();
            }

            writer.WriteEndElement();
        }

        var transform = new XmlDsigC14NTransform();
        transform.LoadInput(document);
        using var bytes = new MemoryStream();
        ((Stream)transform.GetOutput(typeof(Stream))).CopyTo(bytes);
        return bytes.ToArray();
    }

    private static List<PackagePart> SignatureParts(Package package)
    {
        var origin = package.GetPart(package.GetRelationshipsByType(Origin).Single().TargetUri);
        return [.. origin.GetRelationshipsByType(Signature).Select(relationship => package.GetPart(relationship.TargetUri))];
    }

    private static byte[] Hash(XElement reference, byte[] bytes) =>
        reference.Element(XmlSignature + "DigestMethod")!.Attribute("Algorithm")!.Value.Split('#')[1] switch
        {
            "sha256" => SHA256.HashData(bytes),
            "sha384" => SHA384.HashData(bytes),
            _ => SHA512.HashData(bytes),
        };

    private static byte[] Bytes(PackagePart part)
    {
        using var stream = part.GetStream(FileMode.Open, FileAccess.Read);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
