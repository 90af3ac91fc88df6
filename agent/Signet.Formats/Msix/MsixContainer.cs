using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using Signet.Formats.Containers;
using Signet.Formats.Opc;
using Signet.Formats.Zip;

namespace Signet.Formats.Msix;

/// <summary>
/// A package or bundle whose files are replaced: the block map follows, and the manifest of a bundle, which states where
/// each of its packages begins. A code integrity catalog is dropped, because it speaks of the old files.
/// </summary>
internal sealed class MsixContainer : ZipContainer
{
    private readonly BlockMap _map;
    private readonly XDocument _mapXml;
    private readonly bool _isBundle;
    private readonly Dictionary<string, BlockPacking> _packings = new(StringComparer.Ordinal);

    private MsixContainer(ZipFile archive, BlockMap map, XDocument mapXml)
        : base(archive, PackageFiles.IsOutsideOfBlockMap)
    {
        _map = map;
        _mapXml = mapXml;
        _isBundle = archive.Find(PackageFiles.BundleManifest) is not null;
    }

    /// <summary>Reads a package.</summary>
    /// <exception cref="SignatureFormatException">It is no well-formed one.</exception>
    public static async Task<IContainer> OpenAsync(Stream content, CancellationToken cancellationToken)
    {
        var archive = await ZipReader.ReadAsync(content, null, cancellationToken).ConfigureAwait(false);
        var entry = archive.Find(PackageFiles.BlockMap) ?? throw PackageErrors.Malformed($"it has no {PackageFiles.BlockMap}");
        var xml = await archive.ReadAllAsync(entry, SafeXml.MaxPartBytes, cancellationToken).ConfigureAwait(false);
        return new MsixContainer(
            archive, BlockMap.Read(new MemoryStream(xml, writable: false)), Load(xml, PackageFiles.BlockMap));
    }

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<Edit>> ToEditsAsync(CancellationToken cancellationToken)
    {
        if (_isBundle)
        {
            await UpdateBundleManifestAsync(cancellationToken).ConfigureAwait(false);
        }

        foreach (var (name, packing) in _packings)
        {
            UpdateBlockMap(name, packing);
        }

        var map = await PackAsync(
            PackageFiles.BlockMap, new MemoryStream(Save(_mapXml)), compress: true, cancellationToken).ConfigureAwait(false);
        var editor = Edit(Replaced.Append(new(PackageFiles.BlockMap, map)));
        if (Archive.Find(PackageFiles.CodeIntegrity) is { } catalog)
        {
            editor.Remove(catalog);
        }

        return PackageEdits.From(editor, Archive);
    }

    /// <inheritdoc/>
    protected override async Task<PackedContent> PackAsync(
        string name, Stream content, bool compress, CancellationToken cancellationToken)
    {
        var packing = await BlockPacking.PackAsync(content, compress, _map.HashAlgorithm, cancellationToken).ConfigureAwait(false);
        if (name != PackageFiles.BlockMap)
        {
            _packings[name] = packing;
        }

        return packing.Content;
    }

    private void UpdateBlockMap(string name, BlockPacking packing)
    {
        var windowsName = PackageFiles.ToWindowsName(name);
        var file = _mapXml.Root!.Elements(XName.Get("File", BlockMap.Namespace))
            .FirstOrDefault(element => string.Equals(element.Attribute("Name")?.Value, windowsName, StringComparison.OrdinalIgnoreCase));
        if (file is null)
        {
            // Packages of a bundle have block maps of their own.
            return;
        }

        file.SetAttributeValue("Size", packing.Content.ContentBytes.ToString(CultureInfo.InvariantCulture));
        file.SetAttributeValue(
            "LfhSize", (ZipConstants.LocalBytes + Archive.Find(name)!.Header.Name.Length).ToString(CultureInfo.InvariantCulture));

        // Elements of later schemas describe the old content as a whole.
        file.ReplaceNodes(packing.Blocks.Select(block => new XElement(
            XName.Get("Block", BlockMap.Namespace),
            new XAttribute("Hash", Convert.ToBase64String(block.Hash)),
            block.PackedBytes is { } size ? new XAttribute("Size", size.ToString(CultureInfo.InvariantCulture)) : null)));
    }

    private async Task UpdateBundleManifestAsync(CancellationToken cancellationToken)
    {
        var entry = Archive.Find(PackageFiles.BundleManifest)!;
        if (Archive.Entries.Any(other => other.Offset > entry.Offset && PackageFiles.IsPackage(other.Name)))
        {
            throw new SignatureFormatException(
                FormatFailure.Unsupported,
                "A package lies behind the manifest of the bundle, so its place cannot be stated there. Make the bundle with the manifest behind its packages.");
        }

        var changed = new EditedStream(Archive.Content, Edit(Replaced).ToEdits(), leaveOpen: true);
        await using (changed.ConfigureAwait(false))
        {
            var places = await ZipReader.ReadAsync(changed, null, cancellationToken).ConfigureAwait(false);
            var manifest = Load(
                await Archive.ReadAllAsync(entry, SafeXml.MaxPartBytes, cancellationToken).ConfigureAwait(false),
                PackageFiles.BundleManifest);
            foreach (var package in places.Entries.Where(other => PackageFiles.IsPackage(other.Name)))
            {
                var element = manifest.Descendants().FirstOrDefault(candidate => candidate.Name.LocalName == "Package"
                    && string.Equals(candidate.Attribute("FileName")?.Value, PackageFiles.ToWindowsName(package.Name), StringComparison.OrdinalIgnoreCase))
                    ?? throw PackageErrors.Malformed($"the bundle's manifest does not name the package '{package.Name}'");
                element.SetAttributeValue("Offset", package.DataOffset.ToString(CultureInfo.InvariantCulture));
                element.SetAttributeValue("Size", package.ContentBytes.ToString(CultureInfo.InvariantCulture));
            }

            await ReplaceAsync(
                new ContainerEntry(PackageFiles.BundleManifest, 0), new MemoryStream(Save(manifest)), cancellationToken).ConfigureAwait(false);
        }
    }

    private static XDocument Load(byte[] xml, string name)
    {
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(xml, writable: false), SafeXml.ReaderSettings());
            return XDocument.Load(reader, LoadOptions.PreserveWhitespace);
        }
        catch (XmlException exception)
        {
            throw PackageErrors.Malformed($"{name} cannot be read", exception);
        }
    }

    private static byte[] Save(XDocument document)
    {
        using var bytes = new MemoryStream();
        using (var writer = XmlWriter.Create(bytes, new XmlWriterSettings { Encoding = new UTF8Encoding(false), NewLineHandling = NewLineHandling.None }))
        {
            document.Save(writer);
        }

        return bytes.ToArray();
    }
}
