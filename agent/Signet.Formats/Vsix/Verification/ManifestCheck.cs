using System.Security.Cryptography;
using System.Xml;
using Signet.Formats.Opc;

namespace Signet.Formats.Vsix.Verification;

/// <summary>Holds the parts of a package against the Manifest of one signature.</summary>
internal sealed class ManifestCheck(SignedPackage package, List<string> problems)
{
    private readonly HashSet<string> _covered = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Checks every reference, and that every part has one.</summary>
    /// <param name="manifest">The Manifest.</param>
    /// <param name="ofSignatures">Parts that belong to signatures and need no reference.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public void Run(XmlElement manifest, IReadOnlySet<string> ofSignatures, CancellationToken cancellationToken)
    {
        foreach (var reference in manifest.ChildNodes.OfType<XmlElement>())
        {
            cancellationToken.ThrowIfCancellationRequested();
            Check(reference);
        }

        foreach (var part in package.Parts.Where(part => !ofSignatures.Contains(part) && !_covered.Contains(part)))
        {
            if (!PartNames.IsRelationships(part) || Relationships(part).Any(element => !IsOrigin(element)))
            {
                problems.Add($"It does not cover the part {part}.");
            }
        }
    }

    /// <summary>The hash with an XML name; null for none that is accepted.</summary>
    public static HashAlgorithmName? FindHash(string? name) => name switch
    {
        "http://www.w3.org/2001/04/xmlenc#sha256" => HashAlgorithmName.SHA256,
        "http://www.w3.org/2001/04/xmldsig-more#sha384" => HashAlgorithmName.SHA384,
        "http://www.w3.org/2001/04/xmlenc#sha512" => HashAlgorithmName.SHA512,
        _ => null,
    };

    private void Check(XmlElement reference)
    {
        var uri = reference.GetAttribute("URI");
        var query = uri.IndexOf("?ContentType=", StringComparison.Ordinal);
        var part = query < 0 ? uri : uri[..query];
        var hash = FindHash(reference["DigestMethod"]?.GetAttribute("Algorithm"));
        if (query < 0 || hash is not { } algorithm)
        {
            problems.Add($"Its reference to {part} names no content type or no hash that is accepted.");
            return;
        }

        if (!string.Equals(uri[(query + "?ContentType=".Length)..], package.TypeOf(part), StringComparison.OrdinalIgnoreCase))
        {
            problems.Add($"The part {part} is not there or has another content type.");
            return;
        }

        var transforms = reference["Transforms"]?.ChildNodes.OfType<XmlElement>().ToList() ?? [];
        var digest = transforms.Count == 0 ? HashPart(part, algorithm) : HashTransformed(part, transforms, algorithm);
        if (digest is null || Convert.ToBase64String(digest) != reference["DigestValue"]?.InnerText.Trim())
        {
            problems.Add($"The part {part} was changed after it was signed.");
        }
    }

    private byte[]? HashPart(string part, HashAlgorithmName algorithm)
    {
        using var content = package.Open(part);
        _covered.Add(part);
        return content is null ? null : CryptographicOperations.HashData(algorithm, content);
    }

    private byte[]? HashTransformed(string part, List<XmlElement> transforms, HashAlgorithmName algorithm)
    {
        var names = transforms.ConvertAll(transform => transform.GetAttribute("Algorithm"));
        if (package.ReadXml(part) is not { DocumentElement: not null } document || !CanonicalXml.Knows(names[^1]))
        {
            return null;
        }

        if (names is [_])
        {
            _covered.Add(part);
            return CryptographicOperations.HashData(algorithm, CanonicalXml.Of(document, names[0]));
        }

        if (names is not [SignatureNames.RelationshipTransform, _] || !PartNames.IsRelationships(part))
        {
            return null;
        }

        var all = document.DocumentElement!.ChildNodes.OfType<XmlElement>().ToList();
        var chosen = Choose(all, transforms[0]);
        if (all.TrueForAll(element => chosen.Contains(element) || IsOrigin(element)))
        {
            _covered.Add(part);
        }

        return CryptographicOperations.HashData(algorithm, CanonicalXml.Of(Rebuild(chosen), names[1]));
    }

    private static List<XmlElement> Choose(List<XmlElement> all, XmlElement transform)
    {
        var selectors = transform.ChildNodes.OfType<XmlElement>().ToList();
        var ids = selectors.Select(selector => selector.GetAttribute("SourceId")).Where(id => id.Length > 0).ToHashSet(StringComparer.Ordinal);
        var types = selectors.Select(selector => selector.GetAttribute("SourceType")).Where(type => type.Length > 0).ToHashSet(StringComparer.Ordinal);
        return all.FindAll(element => ids.Contains(element.GetAttribute("Id")) || types.Contains(element.GetAttribute("Type")));
    }

    private static XmlDocument Rebuild(List<XmlElement> chosen)
    {
        var document = new XmlDocument();
        var root = document.AppendChild(document.CreateElement("Relationships", RelationshipsPart.Namespace))!;
        foreach (var element in chosen.OrderBy(element => element.GetAttribute("Id"), StringComparer.Ordinal))
        {
            var copy = document.CreateElement("Relationship", RelationshipsPart.Namespace);
            foreach (XmlAttribute attribute in element.Attributes)
            {
                if (attribute.NamespaceURI.Length == 0)
                {
                    copy.SetAttribute(attribute.Name, attribute.Value);
                }
            }

            if (!copy.HasAttribute("TargetMode"))
            {
                copy.SetAttribute("TargetMode", "Internal");
            }

            root.AppendChild(copy);
        }

        return document;
    }

    private IEnumerable<XmlElement> Relationships(string part) =>
        package.ReadXml(part)?.DocumentElement?.ChildNodes.OfType<XmlElement>() ?? [];

    private static bool IsOrigin(XmlElement relationship) =>
        relationship.GetAttribute("Type") == SignatureNames.OriginRelationship;
}
