namespace Signet.Formats.Jar;

/// <summary>Which entries of a JAR are about its signatures ("JAR File Specification", section "Signed JAR File").</summary>
internal static class JarNames
{
    /// <summary>Where manifest and signatures lie. Case does not count in this directory.</summary>
    public const string MetaDirectory = "META-INF/";

    /// <summary>The manifest.</summary>
    public const string Manifest = "META-INF/MANIFEST.MF";

    /// <summary>Whether it is the manifest.</summary>
    public static bool IsManifest(string name) => name.Equals(Manifest, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it is the file of a signature that lists digests: the one that says that a JAR is signed.</summary>
    public static bool IsSignatureFile(string name) => IsInMeta(name) && HasExtension(name, ".SF");

    /// <summary>Whether it belongs to a signature, and so is not signed itself: *.SF, its block, or SIG-*.</summary>
    public static bool IsOfSignature(string name)
    {
        if (!IsInMeta(name))
        {
            return false;
        }

        if (HasExtension(name, ".SF") || HasExtension(name, ".RSA") || HasExtension(name, ".DSA") || HasExtension(name, ".EC"))
        {
            return true;
        }

        var file = name[MetaDirectory.Length..];
        if (!file.StartsWith("SIG-", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var extension = Path.GetExtension(file);
        return !file.Contains('.', StringComparison.Ordinal)
            || (extension.Length is >= 2 and <= 4 && extension.Skip(1).All(char.IsAsciiLetterOrDigit));
    }

    private static bool IsInMeta(string name) =>
        name.StartsWith(MetaDirectory, StringComparison.OrdinalIgnoreCase)
        && !name.AsSpan(MetaDirectory.Length).Contains('/');

    private static bool HasExtension(string name, string extension) =>
        name.EndsWith(extension, StringComparison.OrdinalIgnoreCase);
}
