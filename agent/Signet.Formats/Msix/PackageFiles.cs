namespace Signet.Formats.Msix;

/// <summary>Names of the files that an app package has for itself ("App package architecture", Microsoft).</summary>
internal static class PackageFiles
{
    /// <summary>The signature: "PKCX" and a PKCS#7 SignedData.</summary>
    public const string Signature = "AppxSignature.p7x";

    /// <summary>Hashes of every 64 KB of every file.</summary>
    public const string BlockMap = "AppxBlockMap.xml";

    /// <summary>Content types (ISO/IEC 29500-2).</summary>
    public const string ContentTypes = "[Content_Types].xml";

    /// <summary>Catalog over the programs of a package; optional.</summary>
    public const string CodeIntegrity = "AppxMetadata/CodeIntegrity.cat";

    /// <summary>What a package is.</summary>
    public const string Manifest = "AppxManifest.xml";

    /// <summary>What a bundle is; a package has none.</summary>
    public const string BundleManifest = "AppxMetadata/AppxBundleManifest.xml";

    /// <summary>Content type of <see cref="Signature"/>.</summary>
    public const string SignatureType = "application/vnd.ms-appx.signature";

    /// <summary>Content type of <see cref="CodeIntegrity"/>.</summary>
    public const string CodeIntegrityType = "application/vnd.ms-pkiseccat";

    /// <summary>Whether the block map has no entry for a file, because the signature covers it by itself.</summary>
    public static bool IsOutsideOfBlockMap(string name) =>
        name is Signature or BlockMap or ContentTypes or CodeIntegrity;

    /// <summary>Whether a file of a bundle is a package.</summary>
    public static bool IsPackage(string name) =>
        name.EndsWith(".appx", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".msix", StringComparison.OrdinalIgnoreCase);

    /// <summary>A name of a ZIP entry as block maps and bundle manifests have it: decoded, with back slashes.</summary>
    public static string ToWindowsName(string entryName) => Uri.UnescapeDataString(entryName).Replace('/', '\\');
}
