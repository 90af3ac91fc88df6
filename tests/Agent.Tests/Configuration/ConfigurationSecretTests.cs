using Signet.Agent.Access;

namespace Signet.Agent.Tests.Configuration;

/// <summary>Secrets that people write into the file by mistake are refused and never shown.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[Parallelizable(ParallelScope.All)]
internal sealed class ConfigurationSecretTests : IDisposable
{
    private const string Secret = "7391-Correct-Horse";

    private readonly ConfigurationFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [TestCase("sessions: 2", "pin: '" + Secret + "'")]
    [TestCase("sessions: 2", "userPin: " + Secret)]
    [TestCase("sessions: 2", "PIN_FILE: " + Secret)]
    [TestCase("sessions: 2", "password: { value: " + Secret + " }")]
    [TestCase("sessions: 2", "pass-phrase: [" + Secret + "]")]
    [TestCase("pfx: dev.p12", "pfx: dev.p12, storePassword: " + Secret)]
    [TestCase("operators:", "so-pin: " + Secret + "\noperators:")]
    public void Load_WhenAKeyLooksLikeAPin_RefusesItWithoutTheValue(string part, string replacement)
    {
        var issues = _fixture.LoadWith(part, replacement).Issues;

        Assert.That(issues.Single().Detail, Does.Contain("no PIN, password or passphrase belongs in this file"));
        Assert.That(issues.Single().Detail, Does.Not.Contain(Secret));
    }

    [TestCase("unlock: pin", "unlock: " + Secret)]
    [TestCase("http://tsa-1.example.org", "http://user:" + Secret + "@tsa-1.example.org")]
    [TestCase("http://proxy.example.org:3128", "http://user:" + Secret + "@proxy.example.org:3128")]
    [TestCase("sessions: 2", "sessions: " + Secret)]
    [TestCase("deadline: 20s", "deadline: " + Secret)]
    public void Load_WhenAValueMayBeASecret_RefusesItWithoutTheValue(string part, string replacement)
    {
        var issues = _fixture.LoadWith(part, replacement).Issues;

        Assert.That(issues, Has.Count.EqualTo(1));
        Assert.That(issues[0].Detail, Does.Not.Contain(Secret));
    }

    [Test]
    public void Load_WhenSecretIsPlain_RefusesItWithoutTheValue()
    {
        var issue = _fixture.LoadWith(_fixture.SecretHash, Secret).Issues.Single();

        Assert.That(issue.Detail, Does.Contain("not the secret itself").And.Contain("signet credential new"));
        Assert.That(issue.Detail, Does.Not.Contain(Secret));
    }

    [Test]
    public void Load_WhenHashIsBroken_RefusesItWithoutTheValue()
    {
        var issue = _fixture.LoadWith(_fixture.SecretHash, Argon2idHash.Prefix + Secret).Issues.Single();

        Assert.That(issue.Detail, Does.Contain("not a hash that 'signet credential new' makes"));
        Assert.That(issue.Detail, Does.Not.Contain(Secret));
    }

    [Test]
    public void Load_WhenHashInBracesHasNoQuotes_SaysThatItNeedsThem()
    {
        var issues = _fixture.Load(ConfigurationFixture.Minimal + $"credentials: [ {{ name: a, secret: {_fixture.SecretHash} }} ]\n").Issues;

        Assert.That(issues[0].Detail, Does.Contain("write it in quotes"));
        Assert.That(
            issues.Select(issue => issue.Detail), Has.None.Contains(_fixture.SecretHash.Split('$')[^1][..10]));
    }

    [Test]
    public void Load_WhenPlainSecretHoldsAComma_ShowsNoPartOfIt()
    {
        var issues = _fixture.Load(ConfigurationFixture.Minimal + "credentials: [ { name: a, secret: first-7391,second-7391 } ]\n").Issues;

        Assert.That(issues, Has.Count.EqualTo(2));
        Assert.That(issues.Select(issue => issue.Detail), Has.None.Contains("7391"));
    }
}
