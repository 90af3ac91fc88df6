using Signet.Agent.Configuration;

namespace Signet.Agent.Tests.Configuration;

/// <summary>What a token's module gets, how token and key are found, and that no PIN may be needed.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[Parallelizable(ParallelScope.All)]
internal sealed class TokenSettingsTests : IDisposable
{
    private readonly ConfigurationFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Test]
    public void Load_WhenATokenHasEverySetting_ReadsThem()
    {
        var configuration = Load(
            "token: { label: Release, serial: 0a01, slot: 0x10 }, unlock: none, initArgs: \"configdir='sql:/x' flags=\", "
                + "environment: { KRYOPTIC_CONF: /etc/kryoptic.conf }",
            "id: \"0A:1b\"");

        var token = configuration.Tokens.Single();
        Assert.That((token.Label, token.Serial, token.Slot), Is.EqualTo(("Release", "0a01", 16UL)));
        Assert.That(token.Unlock, Is.EqualTo(UnlockKind.None));
        Assert.That(token.InitArguments, Is.EqualTo("configdir='sql:/x' flags="));
        Assert.That(token.Environment.Variables["KRYOPTIC_CONF"], Is.EqualTo("/etc/kryoptic.conf"));
        Assert.That((configuration.Keys.Single().Label, configuration.Keys.Single().Id), Is.EqualTo(((string?)null, "0a1b")));
    }

    [Test]
    public void Load_WhenItIsReadTwice_GivesEqualTokens()
    {
        const string token = "token: { label: Release }, environment: { B: 2, A: 1 }";

        var first = Load(token, "label: a").Tokens;

        Assert.That(Load(token, "label: a").Tokens, Is.EqualTo(first), "a reload would ask for a restart");
    }

    [TestCase("label: a, id: 0a1", "'id' must be the key's CKA_ID")]
    [TestCase("id: \"0x\"", "'id' must be the key's CKA_ID")]
    [TestCase("id: \"zz\"", "'id' must be the key's CKA_ID")]
    public void Load_WhenAKeysIdIsNone_SaysWhatItIs(string key, string said) =>
        Assert.That(Issues("token: { label: Release }", key), Has.Some.Contains(said));

    [TestCase("none")]
    [TestCase("operator")]
    public void Load_WhenAProfileWantsALoginAndItsTokenNeedsNone_IsRefused(string unlock) => Assert.That(
        Issues($"token: {{ label: Release }}, unlock: {unlock}", "label: a", "login: required"), Has.Some.Contains("requires a login"));

    private SignetConfiguration Load(string token, string key)
    {
        var result = _fixture.Load(Text(token, key, "hardware: required"));
        Assert.That(result.Issues, Is.Empty);
        return result.Configuration!;
    }

    private IEnumerable<string> Issues(string token, string key, string profile = "hardware: required") =>
        _fixture.Load(Text(token, key, profile)).Issues.Select(issue => issue.Detail);

    private static string Text(string token, string key, string profile) => ConfigurationFixture.Minimal
        + $"tokens:\n  - {{ name: card, module: module.so, {token} }}\nkeys:\n  - {{ name: release, token: card, {key} }}\n"
        + $"profiles:\n  - {{ name: release, key: release, formats: [pe], {profile} }}\n";
}
