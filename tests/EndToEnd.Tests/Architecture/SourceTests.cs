using System.Text.RegularExpressions;

namespace Signet.EndToEnd.Tests.Architecture;

/// <summary>Rules that only the sources can show (CONTRIBUTING.md).</summary>
public sealed partial class SourceTests
{
    private const int MostLines = 400;

    [Test]
    public void Files_WhenCounted_HaveAtMost400Lines() =>
        Assert.That(
            SourceFile.All.Select(file => (file.Path, Lines: file.Lines().Length)).Where(file => file.Lines > MostLines),
            Is.Empty);

    [Test]
    public void Namespaces_WhenDeclared_AreTheFoldersTheyLieIn() =>
        Assert.That(
            from file in SourceFile.CSharp("agent")
            let declared = file.Lines().Select(line => Namespace().Match(line)).FirstOrDefault(match => match.Success)
            where declared is not null
            let expected = ExpectedNamespace(file.Path)
            where declared.Groups["name"].Value != expected
            select $"{file.Path}: {declared.Groups["name"].Value} instead of {expected}",
            Is.Empty);

    /// <remarks>Time comes from a TimeProvider, so that a test can say what time it is.</remarks>
    [Test]
    public void Agent_WhenItNeedsTheTime_AsksATimeProvider() =>
        Assert.That(LinesWith(SourceFile.CSharp("agent"), SystemClock()), Is.Empty);

    [Test]
    public void Tests_WhenTheyWait_DoNotSleep() =>
        Assert.That(LinesWith(SourceFile.All.Where(IsTest), Sleep()), Is.Empty);

    // This file is left out: it names what it looks for.
    private static bool IsTest(SourceFile file) =>
        (file.Path.StartsWith("tests/", StringComparison.Ordinal) || file.Path.Contains("/src/test/", StringComparison.Ordinal))
        && !file.Path.EndsWith("/SourceTests.cs", StringComparison.Ordinal);

    private static IEnumerable<string> LinesWith(IEnumerable<SourceFile> files, Regex pattern) =>
        from file in files
        from line in file.Lines().Index()
        where pattern.IsMatch(line.Item)
        select $"{file.Path}:{line.Index + 1}: {line.Item.Trim()}";

    // agent/Signet.Agent/Access/X.cs -> Signet.Agent.Access
    private static string ExpectedNamespace(string path) => string.Join('.', path.Split('/')[1..^1]);

    [GeneratedRegex(@"^namespace (?<name>[\w.]+)")]
    private static partial Regex Namespace();

    [GeneratedRegex(@"\bDateTime(Offset)?\.(Utc)?Now\b")]
    private static partial Regex SystemClock();

    [GeneratedRegex(@"\bThread\.sleep\(|\bThread\.Sleep\(")]
    private static partial Regex Sleep();
}
