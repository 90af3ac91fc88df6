namespace Signet.Agent.Tests.Configuration;

/// <summary>Keys that are OpenPGP keys too, and RSA keys that sign with PSS.</summary>
public sealed class OpenPgpKeyTests
{
    private const string Key = "label: codesign, certificate: server.pem }";

    private readonly ConfigurationFixture _fixture = new();

    [OneTimeTearDown]
    public void TearDown() => _fixture.Dispose();

    [Test]
    public void Load_WithAnOpenPgpKey_KeepsUserIdAndTime()
    {
        var result = _fixture.LoadWith(
            Key, "label: codesign, padding: pss, openpgp: { userId: \"Grüße <a@example.org>\", created: 2026-01-31T01:02:03Z } }");
        Assert.That(result.IsValid, Is.True, string.Join('\n', result.Issues));
        var key = result.Configuration!.Keys[0];
        Assert.That(key.OpenPgp!.UserId, Is.EqualTo("Grüße <a@example.org>"));
        Assert.That(key.OpenPgp.CreatedAt, Is.EqualTo(new DateTimeOffset(2026, 1, 31, 1, 2, 3, TimeSpan.Zero)));
        Assert.That(key.Pss, Is.True);
        Assert.That(result.Configuration.Keys[1].OpenPgp, Is.Null);
        Assert.That(result.Configuration.Keys[1].Pss, Is.False);
    }

    [TestCase("openpgp: { userId: a }", "'created' is missing")]
    [TestCase("openpgp: { created: 2026-01-31T00:00:00Z }", "'userId' is missing")]
    [TestCase("openpgp: { userId: a, created: 2026-01-31 }", "must be a time in UTC")]
    [TestCase("openpgp: { userId: a, created: 2026-01-31T00:00:00+01:00 }", "must be a time in UTC")]
    [TestCase("openpgp: { userId: a, created: 1969-12-31T23:59:59Z }", "must be a time in UTC")]
    [TestCase("openpgp: { userId: a, created: 2106-02-07T06:28:16Z }", "must be a time in UTC")]
    [TestCase("padding: oaep", "'padding' must be pkcs1 or pss")]
    public void Load_WithABrokenOpenPgpKey_SaysWhatIsWrong(string text, string said)
    {
        var result = _fixture.LoadWith(Key, $"label: codesign, {text} }}");
        Assert.That(result.Issues.Select(issue => issue.Detail), Has.Some.Contains(said), string.Join('\n', result.Issues));
    }
}
