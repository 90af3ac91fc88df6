using Signet.Testing.Tools;

namespace Signet.Fuzz;

/// <summary>
/// The files that fuzzing starts from, and those that it once failed on: tests/assets/fuzz/FORMAT/seeds and
/// tests/assets/fuzz/FORMAT/found, FORMAT being a name of the catalog.
/// </summary>
public static class FormatSeeds
{
    private const string Root = "tests/assets/fuzz";

    /// <summary>Signed and unsigned files of a format, small ones.</summary>
    /// <param name="format">Its name.</param>
    public static IReadOnlyList<string> Seeds(string format) => In(format, "seeds");

    /// <summary>Inputs that made a parser fail before it was mended.</summary>
    /// <param name="format">Its name.</param>
    public static IReadOnlyList<string> Found(string format) => In(format, "found");

    private static IReadOnlyList<string> In(string format, string kind)
    {
        var directory = Repository.PathOf($"{Root}/{format}/{kind}");
        return Directory.Exists(directory)
            ? [.. Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal)]
            : [];
    }
}
