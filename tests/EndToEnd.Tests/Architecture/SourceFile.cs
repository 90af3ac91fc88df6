using Signet.Testing.Tools;

namespace Signet.EndToEnd.Tests.Architecture;

/// <summary>A source file that people wrote.</summary>
/// <param name="Path">From the root of the repository, segments joined by '/'.</param>
internal sealed record SourceFile(string Path)
{
    private static readonly string[] Extensions = [".cs", ".java", ".proto", ".cake", ".jelly"];

    private static readonly string[] Built = ["bin", "obj", "target", "artifacts", "tools"];

    public static IReadOnlyList<SourceFile> All { get; } =
    [
        .. new[] { "agent", "tests", "protos", "jenkins-plugin" }
            .Select(Repository.PathOf).Where(Directory.Exists).SelectMany(Below)
            .Append(Repository.PathOf("build.cake"))
            .Select(path => new SourceFile(System.IO.Path.GetRelativePath(Repository.Root, path).Replace('\\', '/'))),
    ];

    public static IEnumerable<SourceFile> CSharp(string directory) =>
        All.Where(file => file.Path.StartsWith(directory + "/", StringComparison.Ordinal)
            && file.Path.EndsWith(".cs", StringComparison.Ordinal));

    public string[] Lines() => File.ReadAllLines(Repository.PathOf(Path));

    private static IEnumerable<string> Below(string directory) =>
        Directory.EnumerateFiles(directory).Where(file => Extensions.Contains(System.IO.Path.GetExtension(file)))
            .Concat(Directory.EnumerateDirectories(directory)
                .Where(child => !Built.Contains(System.IO.Path.GetFileName(child)))
                .SelectMany(Below));
}
