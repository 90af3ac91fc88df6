namespace Signet.Testing.Tools;

/// <summary>Files of Debian, NuGet and npm packages, fetched by Setup (.ci/real-files.cake).</summary>
public static class RealFiles
{
    /// <summary>The absolute path of one file.</summary>
    /// <param name="path">Below artifacts/real-files, for instance "deb/ipxe/usr/lib/ipxe/snponly.efi".</param>
    /// <exception cref="FileNotFoundException">It is not fetched; the message has the command that does it.</exception>
    public static string PathOf(string path)
    {
        var full = Repository.PathOf("artifacts/real-files/" + path);
        return File.Exists(full) ? full : throw Missing(full);
    }

    /// <summary>The absolute paths of files in a folder and the folders below it, in a fixed order.</summary>
    /// <param name="folder">Below artifacts/real-files.</param>
    /// <param name="pattern">For instance "*.ps1".</param>
    /// <exception cref="FileNotFoundException">The folder is not fetched.</exception>
    public static IReadOnlyList<string> In(string folder, string pattern)
    {
        var full = Repository.PathOf("artifacts/real-files/" + folder);
        return Directory.Exists(full)
            ? [.. Directory.EnumerateFiles(full, pattern, SearchOption.AllDirectories).Order(StringComparer.Ordinal)]
            : throw Missing(full);
    }

    /// <summary>The package that a file is from, for instance "Debian ipxe" or "NuGet newtonsoft.json 13.0.4".</summary>
    /// <param name="path">Absolute, or below artifacts/real-files.</param>
    public static string SourceOf(string path)
    {
        var root = Repository.PathOf("artifacts/real-files");
        var parts = Path.GetRelativePath(root, Path.Combine(root, path)).Split(Path.DirectorySeparatorChar);
        return parts[0] switch
        {
            "deb" => $"Debian {parts[1]}",
            "nuget" => $"NuGet {parts[2]} {parts[3]}",
            // A scoped package has two parts: @scope/name.
            "npm" when parts[1].StartsWith('@') => $"npm {parts[1]}/{parts[2]} {parts[3]}",
            "npm" => $"npm {parts[1]} {parts[2]}",
            _ => throw new ArgumentException($"'{path}' is of no known kind of package.", nameof(path)),
        };
    }

    private static FileNotFoundException Missing(string path) =>
        new($"{path} is not there. Run: dotnet cake --target=Setup", path);
}
