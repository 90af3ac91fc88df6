using System.Diagnostics;
using System.Text.RegularExpressions;
using Signet.Agent.Configuration;

namespace Signet.Agent.Tests.Configuration;

[Parallelizable(ParallelScope.All)]
internal sealed class JobPatternTests
{
    [TestCase("products/app/main", "products/app/main")]
    [TestCase("products/*/main", "products/app/main")]
    [TestCase("products/*", "products/app")]
    [TestCase("*", "app")]
    [TestCase("rel-*-x", "rel-1-x")]
    [TestCase("rel-*-x", "rel--x")]
    [TestCase("*a*b*", "xxaxxbxx")]
    [TestCase("**", "products")]
    [TestCase("**", "products/app/main")]
    [TestCase("products/**", "products/app/main")]
    [TestCase("products/**", "products")]
    [TestCase("**/main", "main")]
    [TestCase("**/main", "products/app/main")]
    [TestCase("products/**/main", "products/main")]
    [TestCase("products/**/main", "products/a/b/main")]
    [TestCase("**/a/**/b/*", "x/a/a/y/b/b/z")]
    [TestCase("a.c", "a.c")]
    [TestCase("a?c", "a?c")]
    [TestCase("[ab]", "[ab]")]
    [TestCase("products/release%2F*", "products/release%2F1.2")]
    [TestCase("**/release%2F*", "products/app/release%2F1.2")]
    [TestCase("products/app/release%2F1%2F*", "products/app/release%2F1%2Fhotfix")]
    public void Matches_WhenTheWholeNameFits_IsTrue(string pattern, string job) =>
        Assert.That(JobPattern.Parse(pattern).Matches(job), Is.True);

    [TestCase("products/app/main", "Products/app/main")]
    [TestCase("products/app/main", "products/app/mai")]
    [TestCase("products/app/main", "products/app/main2")]
    [TestCase("products/app/main", "products/app/main/")]
    [TestCase("products/app/main", "/products/app/main")]
    [TestCase("products/app/main", "products//app/main")]
    [TestCase("products/app/main", "x/products/app/main")]
    [TestCase("products/app/main", "products/./app/main")]
    [TestCase("products/app/main", "products%2Fapp%2Fmain")]
    [TestCase("products/*/main", "products/a%2Fb/main")]
    [TestCase("products/*", "products/release%2F1")]
    [TestCase("**", "products/release%2F1")]
    [TestCase("products/release%2F*", "products/release/1")]
    [TestCase("products/release%2F*", "products/release%2F1%2F2")]
    [TestCase("products/release%2F*/main", "products/release%2F1/x%2F/main")]
    [TestCase("products/app/main", "products\\app\\main")]
    [TestCase("products/app/main", "products/app/m\u0430in")]
    [TestCase("products/app/main", "products/app/main\u200B")]
    [TestCase("products/app/main", "products/app/ma\uFF49n")]
    [TestCase("caf\u00E9", "cafe\u0301")]
    [TestCase("products/*/main", "products/main")]
    [TestCase("products/*/main", "products/a/b/main")]
    [TestCase("products/*", "products")]
    [TestCase("*", "products/app")]
    [TestCase("**/main", "products/xmain")]
    [TestCase("**/main", "products/main/x")]
    [TestCase("products/**", "productsx/app")]
    [TestCase("a.c", "abc")]
    [TestCase("a?c", "abc")]
    [TestCase("[ab]", "a")]
    [TestCase("products/app", "")]
    [TestCase("*a*b", "ba")]
    public void Matches_WhenItDoesNotFit_IsFalse(string pattern, string job) =>
        Assert.That(JobPattern.Parse(pattern).Matches(job), Is.False);

    [TestCase("")]
    [TestCase("/a")]
    [TestCase("a/")]
    [TestCase("a//b")]
    [TestCase("a/../b")]
    [TestCase("a**")]
    [TestCase("***")]
    [TestCase("a/**b/c")]
    [TestCase("a%2fb")]
    [TestCase("a\\b")]
    public void Parse_WhenNoJobCouldBeMeant_Refuses(string pattern) =>
        Assert.That(() => JobPattern.Parse(pattern), Throws.TypeOf<FormatException>());

    [Test]
    public void Matches_WhenComparedWithRegularExpressions_AgreesEverywhere()
    {
        var random = new Random(20261124);
        var matches = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var pattern = Segments(random, ["a", "b", "*", "**", "a*", "*b", "a*b"]);
            var job = Segments(random, ["a", "b", "ab", "aab", "c"]);
            var expected = Regex.IsMatch(job + "/", ToRegex(pattern), RegexOptions.CultureInvariant);

            Assert.That(JobPattern.Parse(pattern).Matches(job), Is.EqualTo(expected), $"{pattern} on {job}");
            matches += expected ? 1 : 0;
        }

        Assert.That(matches, Is.GreaterThan(1000), "too few matches to tell anything");
    }

    [Test]
    public void Matches_WhenPatternIsHostile_EndsSoon()
    {
        var pairs = new (string Pattern, string Job)[]
        {
            (string.Concat(Enumerable.Repeat("*a", 499)) + "b", new string('a', 1000)),
            (string.Join('/', Enumerable.Repeat("**/a", 199)) + "/b", string.Join('/', Enumerable.Repeat("a", 500))),
            (string.Join('/', Enumerable.Repeat("**/*a*", 140)) + "/b", string.Join('/', Enumerable.Repeat("aa", 333))),
        };

        var watch = Stopwatch.StartNew();
        foreach (var (pattern, job) in pairs)
        {
            Assert.That(JobPattern.Parse(pattern).Matches(job), Is.False);
        }

        // Some milliseconds; with backtracking the age of the universe.
        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(5)));
    }

    private static string Segments(Random random, string[] words) =>
        string.Join('/', Enumerable.Range(0, random.Next(1, 5)).Select(_ => words[random.Next(words.Length)]));

    /// <summary>The meaning of a pattern in another notation: a name with a '/' behind every segment.</summary>
    private static string ToRegex(string pattern)
    {
        var segments = pattern.Split('/').Select(segment => segment == "**"
            ? "([^/]+/)*"
            : Regex.Escape(segment).Replace("\\*", "[^/]*", StringComparison.Ordinal) + "/");
        return $"^{string.Concat(segments)}$";
    }
}
