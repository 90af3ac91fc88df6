using System.Security.Cryptography;
using Signet.Formats.Opc;
using Signet.Formats.Zip;

namespace Signet.Formats.Vsix;

/// <summary>A VSIX package that was read to be signed.</summary>
internal sealed class VsixPackage
{
    private const string UnknownType = "application/octet-stream";

    private readonly Dictionary<string, ZipEntry> _parts = new(StringComparer.OrdinalIgnoreCase);

    private VsixPackage(ZipFile archive, ContentTypesPart contentTypes, RelationshipsPart relationships)
    {
        Archive = archive;
        ContentTypes = contentTypes;
        Relationships = relationships;
    }

    /// <summary>Its structure.</summary>
    public ZipFile Archive { get; }

    /// <summary>Its content types; changed where a part had none.</summary>
    public ContentTypesPart ContentTypes { get; }

    /// <summary>The relationships of the package itself.</summary>
    public RelationshipsPart Relationships { get; }

    /// <summary>The part that leads to the signatures; null where there never were any.</summary>
    public string? Origin { get; private set; }

    /// <summary>The relationships of <see cref="Origin"/>, which lead to the signatures.</summary>
    public RelationshipsPart OriginRelationships { get; private set; } = RelationshipsPart.Empty;

    /// <summary>Names of the parts with signatures.</summary>
    public IReadOnlyList<string> Signatures { get; private set; } = [];

    /// <summary>Reads and checks a package.</summary>
    /// <exception cref="SignatureFormatException">It breaks a rule.</exception>
    public static async Task<VsixPackage> ReadAsync(Stream content, CancellationToken cancellationToken)
    {
        var archive = await ZipReader.ReadAsync(content, null, cancellationToken).ConfigureAwait(false);
        var types = archive.Find(ContentTypesPart.EntryName) ?? throw Malformed($"it has no {ContentTypesPart.EntryName}");
        if (archive.Find("extension.vsixmanifest") is null)
        {
            throw Malformed("it has no extension.vsixmanifest");
        }

        var relationships = archive.Find("_rels/.rels") is { } entry
            ? RelationshipsPart.Read(
                await archive.ReadAllAsync(entry, SafeXml.MaxPartBytes, cancellationToken).ConfigureAwait(false), "/_rels/.rels")
            : RelationshipsPart.Empty;
        var package = new VsixPackage(
            archive,
            ContentTypesPart.Read(await archive.ReadAllAsync(types, SafeXml.MaxPartBytes, cancellationToken).ConfigureAwait(false)),
            relationships);
        package.ReadParts();
        await package.ReadSignaturesAsync(cancellationToken).ConfigureAwait(false);
        return package;
    }

    /// <summary>The entry of a part; null for none.</summary>
    public ZipEntry? Find(string partName) => _parts.GetValueOrDefault(partName);

    /// <summary>Whether a part belongs to the signatures and not to what they sign.</summary>
    public bool IsOfSignatures(string partName) =>
        partName.StartsWith(SignatureNames.Folder, StringComparison.OrdinalIgnoreCase)
        || (Origin is not null && (Same(partName, Origin) || Same(partName, PartNames.RelationshipsOf(Origin))))
        || Signatures.Any(signature => Same(partName, signature) || Same(partName, PartNames.RelationshipsOf(signature)));

    /// <summary>Reads every part and says what is signed of it, in the order of the file.</summary>
    public async Task<IReadOnlyList<SignedReference>> DigestAsync(HashAlgorithmName hash, CancellationToken cancellationToken)
    {
        var references = new List<SignedReference>();
        foreach (var (name, entry) in _parts.OrderBy(part => part.Value.Offset))
        {
            if (IsOfSignatures(name))
            {
                continue;
            }

            if (PartNames.IsRelationships(name))
            {
                if (await DigestRelationshipsAsync(name, entry, hash, cancellationToken).ConfigureAwait(false) is { } signed)
                {
                    references.Add(signed);
                }

                continue;
            }

            if (ContentTypes.Find(name) is null)
            {
                // Readers of packages would not see such a part, so nobody would notice a change of it.
                ContentTypes.AddOverride(name, UnknownType);
            }

            var content = Archive.Open(entry);
            await using (content.ConfigureAwait(false))
            {
                var digest = await CryptographicOperations.HashDataAsync(hash, content, cancellationToken).ConfigureAwait(false);
                references.Add(new SignedReference(name, ContentTypes.Find(name)!, digest, null));
            }
        }

        return references;
    }

    /// <summary>
    /// Some tools sign the relationships that lead to their own signature; those change with every signature that is added.
    /// </summary>
    /// <exception cref="SignatureFormatException">A signature that is there would break.</exception>
    public async Task RequireAppendableAsync(CancellationToken cancellationToken)
    {
        foreach (var signature in Signatures)
        {
            var xml = await Archive.ReadAllAsync(Find(signature)!, SafeXml.MaxPartBytes, cancellationToken).ConfigureAwait(false);
            if (xml.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes($"\"{PartNames.RelationshipsOf(Origin!)}?")) >= 0)
            {
                throw new SignatureFormatException(
                    FormatFailure.InvalidChoice,
                    "The signature that the package has covers the list of signatures, so another one would break it. Choose replace or refuse.");
            }
        }
    }

    private async Task<SignedReference?> DigestRelationshipsAsync(
        string name, ZipEntry entry, HashAlgorithmName hash, CancellationToken cancellationToken)
    {
        var part = RelationshipsPart.Read(
            await Archive.ReadAllAsync(entry, SafeXml.MaxPartBytes, cancellationToken).ConfigureAwait(false), name);

        // The way to the signatures changes with each of them, and none signs it.
        var signed = part.All.Where(relationship => relationship.Type != SignatureNames.OriginRelationship).ToList();
        return signed.Count == 0
            ? null
            : new SignedReference(
                name, RelationshipsPart.ContentType, CryptographicOperations.HashData(hash, RelationshipsPart.Transform(signed)),
                [.. signed.Select(relationship => relationship.Id).Order(StringComparer.Ordinal)]);
    }

    private void ReadParts()
    {
        foreach (var entry in Archive.Entries)
        {
            if (entry.IsDirectory || entry.Name == ContentTypesPart.EntryName)
            {
                continue;
            }

            var name = PartNames.FromEntryName(entry.Name);
            if (name != "/" + entry.Name || name.Split('/').Skip(1).Any(segment => segment.Length == 0 || segment.EndsWith('.')))
            {
                throw Malformed(
                    $"'{entry.Name}' is no name of a part, so Visual Studio would not see the file and no signature could cover it; write %20 for a blank, and so on");
            }

            if (!_parts.TryAdd(name, entry))
            {
                throw Malformed($"it has '{entry.Name}' twice, but for the case of letters");
            }
        }
    }

    private async Task ReadSignaturesAsync(CancellationToken cancellationToken)
    {
        var origins = Relationships.All.Where(relationship => relationship.Type == SignatureNames.OriginRelationship).ToList();
        if (origins.Count == 0)
        {
            return;
        }

        Origin = origins.Count == 1 && origins[0].ResolveTarget("/") is { } target && Find(target) is not null
            ? target
            : throw Malformed("its digital signature origin is not exactly one part");
        if (Find(PartNames.RelationshipsOf(Origin)) is not { } entry)
        {
            return;
        }

        OriginRelationships = RelationshipsPart.Read(
            await Archive.ReadAllAsync(entry, SafeXml.MaxPartBytes, cancellationToken).ConfigureAwait(false),
            PartNames.RelationshipsOf(Origin));
        Signatures =
        [
            .. OriginRelationships.All.Where(relationship => relationship.Type == SignatureNames.SignatureRelationship)
                .Select(relationship => relationship.ResolveTarget(Origin) is { } signature && Find(signature) is not null
                    ? signature
                    : throw Malformed($"it names a signature '{relationship.Target}', and has no such part")),
        ];
    }

    private static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private static SignatureFormatException Malformed(string what) =>
        new(FormatFailure.Malformed, $"This is no well-formed VSIX package: {what}.");
}
