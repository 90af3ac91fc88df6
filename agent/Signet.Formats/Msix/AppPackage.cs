using System.Security.Cryptography;
using Signet.Formats.Opc;
using Signet.Formats.Zip;

namespace Signet.Formats.Msix;

/// <summary>An app package or bundle that was read to be signed.</summary>
/// <param name="Archive">Its structure.</param>
/// <param name="HashAlgorithm">The hash of its block map, which its signature uses too.</param>
/// <param name="IsBundle">Whether it is a bundle.</param>
/// <param name="Publisher">Whose it is, from the manifest.</param>
/// <param name="ContentTypes">Its content types with the one of the signature, packed; null where they have it already.</param>
internal sealed record AppPackage(
    ZipFile Archive, HashAlgorithmName HashAlgorithm, bool IsBundle, string Publisher, PackedContent? ContentTypes)
{
    /// <summary>Reads and checks a package.</summary>
    /// <exception cref="SignatureFormatException">It breaks a rule.</exception>
    public static async Task<AppPackage> ReadAsync(Stream content, CancellationToken cancellationToken)
    {
        var archive = await ZipReader.ReadAsync(content, null, cancellationToken).ConfigureAwait(false);
        if (archive.HasGaps)
        {
            throw PackageErrors.Malformed("it has bytes that belong to no file");
        }

        var isBundle = archive.Find(PackageFiles.BundleManifest) is not null;
        var manifest = await ReadPartAsync(
            archive, isBundle ? PackageFiles.BundleManifest : PackageFiles.Manifest, cancellationToken).ConfigureAwait(false);
        var publisher = PackageManifest.ReadPublisher(manifest);
        var types = ContentTypesPart.Read(
            await ReadPartAsync(archive, PackageFiles.ContentTypes, cancellationToken).ConfigureAwait(false));
        types.AddOverride("/" + PackageFiles.Signature, PackageFiles.SignatureType);
        var map = BlockMap.Read(new MemoryStream(
            await ReadPartAsync(archive, PackageFiles.BlockMap, cancellationToken).ConfigureAwait(false), writable: false));
        await BlockMapCheck.RunAsync(archive, map, isBundle, cancellationToken).ConfigureAwait(false);
        return new AppPackage(
            archive, map.HashAlgorithm, isBundle, publisher,
            types.IsChanged ? PackedContent.Pack(types.Write(), compress: true) : null);
    }

    /// <summary>An editor that drops the signature that is there and brings the content types up to date.</summary>
    /// <exception cref="SignatureFormatException">A bundle would have its packages moved.</exception>
    public ZipEditor Edit()
    {
        var editor = new ZipEditor(Archive);
        if (Archive.Find(PackageFiles.Signature) is { } signature)
        {
            editor.Remove(signature);
            RequireNoPackageBehind(signature);
        }

        if (ContentTypes is not null)
        {
            var entry = Archive.Find(PackageFiles.ContentTypes)!;
            editor.Replace(entry, ContentTypes);
            RequireNoPackageBehind(entry);
        }

        return editor;
    }

    // A bundle's manifest states where in the file each package begins.
    private void RequireNoPackageBehind(ZipEntry changed)
    {
        if (IsBundle && Archive.Entries.Any(entry => entry.Offset > changed.Offset && PackageFiles.IsPackage(entry.Name)))
        {
            throw new SignatureFormatException(
                FormatFailure.Unsupported,
                $"A package of the bundle lies behind {changed.Name}, and signing would move it away from where the bundle's manifest says. Make the bundle with {changed.Name} last.");
        }
    }

    private static async Task<byte[]> ReadPartAsync(ZipFile archive, string name, CancellationToken cancellationToken)
    {
        var entry = archive.Find(name) ?? throw PackageErrors.Malformed($"it has no {name}");
        return await archive.ReadAllAsync(entry, SafeXml.MaxPartBytes, cancellationToken).ConfigureAwait(false);
    }
}
