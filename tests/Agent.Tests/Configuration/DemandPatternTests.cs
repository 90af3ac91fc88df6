using Signet.Agent.Configuration;

namespace Signet.Agent.Tests.Configuration;

[Parallelizable(ParallelScope.All)]
internal sealed class DemandPatternTests
{
    [TestCase("https://git.example.com/products/app", "https://git.example.com/products/app")]
    [TestCase("https://git.example.com/products/*", "https://git.example.com/products/app")]
    [TestCase("https://git.example.com/products/*.git", "https://git.example.com/products/app.git")]
    [TestCase("https://git.example.com/products/**", "https://git.example.com/products/app")]
    [TestCase("https://git.example.com/products/**", "https://git.example.com/products/team/app.git")]
    [TestCase("https://git.example.com/**/app", "https://git.example.com/products/team/app")]
    [TestCase("https://git.example.com/**", "https://git.example.com/app")]
    [TestCase("git@git.example.com:products/*", "git@git.example.com:products/app.git")]
    [TestCase("git@git.example.com:*/app.git", "git@git.example.com:products/app.git")]
    [TestCase("https://dev.azure.com/org/My%20Project/**", "https://dev.azure.com/org/My%20Project/_git/app")]
    public void ScmMatches_WhenTheWholeAddressFits_IsTrue(string pattern, string url) =>
        Assert.That(ScmPattern.Parse(pattern).Matches(url), Is.True);

    [TestCase("https://git.example.com/products/app.git")]
    [TestCase("https://git.example.com/products/App")]
    [TestCase("https://GIT.example.com/products/app")]
    [TestCase("https://git.example.com:443/products/app")]
    [TestCase("https://git.example.com:8443/products/app")]
    [TestCase("http://git.example.com/products/app")]
    [TestCase("ssh://git.example.com/products/app")]
    [TestCase("git@git.example.com:products/app")]
    [TestCase("https://git@git.example.com/products/app")]
    [TestCase("https://git.example.com@evil.example/products/app")]
    [TestCase("https://git.example.com.evil.example/products/app")]
    [TestCase("https://git.example.com./products/app")]
    [TestCase("https://git.example.com/products/app/")]
    [TestCase("https://git.example.com/products/app/../app")]
    [TestCase("https://git.example.com/products/app?x")]
    [TestCase("https://git.example.com/products/%61pp")]
    [TestCase("https://evil.example/https://git.example.com/products/app")]
    [TestCase("https://git.example.com/products")]
    [TestCase("")]
    public void ScmMatches_WhenOnlyTheLookIsTheSame_IsFalse(string url) =>
        Assert.That(ScmPattern.Parse("https://git.example.com/products/app").Matches(url), Is.False);

    [TestCase("https://git.example.com/products/../evil/app")]
    [TestCase("https://git.example.com/products/%2E%2E/evil")]
    [TestCase("https://git.example.com/products/a\\..\\..\\evil")]
    [TestCase("https://git.example.com/products/")]
    [TestCase("https://git.example.com/productsx/app")]
    public void ScmMatches_WhenTheAddressLeavesTheTree_IsFalse(string url) =>
        Assert.That(ScmPattern.Parse("https://git.example.com/products/**").Matches(url), Is.False);

    [TestCase("**", "names no server")]
    [TestCase("https://*/products/app", "in the path alone")]
    [TestCase("https://*.example.com/products/app", "in the path alone")]
    [TestCase("*://git.example.com/products/app", "its scheme")]
    [TestCase("https://**/products/app", "in the path alone")]
    [TestCase("*@git.example.com:products/app", "in the path alone")]
    [TestCase("https://git.example.com/products/a**", "'**' must be a segment of its own")]
    [TestCase("https://git.example.com/products/***", "'**' must be a segment of its own")]
    [TestCase("https://user:secret@git.example.com/**", "a user name")]
    [TestCase("https://git.example.com/products/", "ends with '/'")]
    public void ScmParse_WhenItLeavesOpenWhatIsMeant_Refuses(string pattern, string said) =>
        Assert.That(() => ScmPattern.Parse(pattern), Throws.TypeOf<FormatException>().With.Message.Contains(said));

    [TestCase("main", "main", true)]
    [TestCase("release/*", "release/1.0", true)]
    [TestCase("release/**", "release/1.0/hotfix", true)]
    [TestCase("main", "Main", false)]
    [TestCase("main", "origin/main", false)]
    [TestCase("main", "refs/heads/main", false)]
    [TestCase("main", "main ", false)]
    [TestCase("main", "m\u0430in", false)]
    [TestCase("main", "main\u200B", false)]
    [TestCase("main", "", false)]
    [TestCase("release/*", "release", false)]
    [TestCase("release/*", "release/", false)]
    [TestCase("release/*", "release/1/2", false)]
    [TestCase("release/*", "release%2F1", false)]
    [TestCase("release/**", "release/../main", false)]
    [TestCase("*", "release/1.0", false)]
    public void BranchMatches_WhenCompared_TakesTheWholeNameSegmentBySegment(string pattern, string branch, bool matches) =>
        Assert.That(BranchPattern.Parse(pattern).Matches(branch), Is.EqualTo(matches));

    [TestCase("")]
    [TestCase("release/")]
    [TestCase("release/**x")]
    public void BranchParse_WhenNoBranchCouldBeMeant_Refuses(string pattern) =>
        Assert.That(() => BranchPattern.Parse(pattern), Throws.TypeOf<FormatException>());
}
