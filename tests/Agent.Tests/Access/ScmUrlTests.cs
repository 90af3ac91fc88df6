using Signet.Agent.Access;

namespace Signet.Agent.Tests.Access;

[Parallelizable(ParallelScope.All)]
internal sealed class ScmUrlTests
{
    [TestCase("https://git.example.com/products/app")]
    [TestCase("https://git.example.com/products/app.git")]
    [TestCase("https://git.example.com:8443/products/app")]
    [TestCase("https://dev.azure.com/org/My%20Project/_git/app")]
    [TestCase("https://git.example.com/caf%C3%A9/app")]
    [TestCase("ssh://git@git.example.com/products/app.git")]
    [TestCase("ssh://git@git.example.com:2222/products/app.git")]
    [TestCase("ssh://git@[2001:db8::1]:22/products/app.git")]
    [TestCase("git@git.example.com:products/app.git")]
    [TestCase("git@git.example.com:/srv/products/app.git")]
    [TestCase("git.example.com:products/app.git")]
    [TestCase("svn+ssh://svn.example.com/products/app/trunk")]
    public void FindProblem_OfAnAddressOnAServer_IsNull(string url) =>
        Assert.That(ScmUrl.FindProblem(url), Is.Null);

    [TestCase("")]
    [TestCase("products/app")]
    [TestCase("/srv/git/products/app.git")]
    [TestCase("C:\\git\\products\\app")]
    [TestCase("C:/git/products/app")]
    [TestCase("file:///srv/git/products/app.git")]
    [TestCase("://git.example.com/products/app")]
    [TestCase("https://git.example.com")]
    [TestCase("https://git.example.com/")]
    [TestCase("https:///products/app")]
    [TestCase("HTTPS://git.example.com/products/app")]
    [TestCase("https://git.example.com/products/app/")]
    [TestCase("https://git.example.com//products/app")]
    [TestCase("https://git.example.com/products//app")]
    [TestCase("https://git.example.com/products/../evil/app")]
    [TestCase("https://git.example.com/products/./app")]
    [TestCase("https://git.example.com/products/%2E%2E/evil/app")]
    [TestCase("https://git.example.com/products/%2e%2e/evil/app")]
    [TestCase("https://git.example.com/products%2Fapp")]
    [TestCase("https://git.example.com/products/%61pp")]
    [TestCase("https://git.example.com/products/a%5Cb")]
    [TestCase("https://git.example.com/products/a%00b")]
    [TestCase("https://git.example.com/products/a%25b")]
    [TestCase("https://git.example.com/My%c3%a9")]
    [TestCase("https://git.example.com/products/a%2")]
    [TestCase("https://git.example.com/products/a%")]
    [TestCase("https://git.example.com\\@evil.example/products/app")]
    [TestCase("https://evil.example#git.example.com/products/app")]
    [TestCase("https://evil.example?git.example.com/products/app")]
    [TestCase("https://git.example.com/products/app?x=1")]
    [TestCase("https://git.example.com/products/app#main")]
    [TestCase("https://user@git.example.com/products/app")]
    [TestCase("https://user:secret@git.example.com/products/app")]
    [TestCase("https://git.example.com@evil.example/products/app")]
    [TestCase("ssh://git:secret@git.example.com/products/app")]
    [TestCase("ssh://git@evil.example@git.example.com/products/app")]
    [TestCase("ssh://@git.example.com/products/app")]
    [TestCase("git@:products/app")]
    [TestCase("git@git.example.com:")]
    [TestCase("git@git.example.com:products/../evil")]
    [TestCase(" https://git.example.com/products/app")]
    [TestCase("https://git.example.com/products/app\n")]
    [TestCase("https://git.example.com/products/a p p")]
    [TestCase("https://git.ex\u0430mple.com/products/app", Description = "Cyrillic a")]
    [TestCase("https://git.example.com/products/app\u200B")]
    [TestCase("https://git.example.com/products/\uD800")]
    public void FindProblem_OfAnAddressThatCouldBeReadInTwoWays_SaysWhy(string url) =>
        Assert.That(ScmUrl.FindProblem(url), Is.Not.Null.And.Not.Empty);

    [Test]
    public void FindProblem_OfALongAddress_SaysWhy()
    {
        var start = "https://git.example.com/";
        Assert.That(ScmUrl.FindProblem(start + new string('a', ScmUrl.MaxLength - start.Length)), Is.Null);
        Assert.That(ScmUrl.FindProblem(start + new string('a', ScmUrl.MaxLength - start.Length + 1)), Does.Contain("longer"));
    }

    [TestCase("https://user:secret@git.example.com/app", "https://***@git.example.com/app")]
    [TestCase("HTTPS://secret@git.example.com/app", "HTTPS://***@git.example.com/app")]
    [TestCase("https://user:sec@ret@git.example.com/app", "https://***@git.example.com/app")]
    [TestCase("https://user:secret@git.example.com", "https://***@git.example.com")]
    [TestCase("ssh://git:secret@git.example.com/app", "ssh://git:***@git.example.com/app")]
    [TestCase("ssh://git@git.example.com/app", "ssh://git@git.example.com/app")]
    [TestCase("https://git.example.com/app@2", "https://git.example.com/app@2")]
    [TestCase("git@git.example.com:app", "git@git.example.com:app")]
    [TestCase("", "")]
    public void WithoutSecret_WhenThereIsAUserPart_HidesWhatMayBeSecret(string url, string shown) =>
        Assert.That(ScmUrl.WithoutSecret(url), Is.EqualTo(shown));
}
