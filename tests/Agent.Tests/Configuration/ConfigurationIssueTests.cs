using System.Runtime.Versioning;
using Signet.Agent.Configuration;

namespace Signet.Agent.Tests.Configuration;

/// <summary>Every kind of mistake in a configuration, with what is said about it.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[Parallelizable(ParallelScope.All)]
internal sealed class ConfigurationIssueTests : IDisposable
{
    private readonly ConfigurationFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    // What is replaced in the complete sample, by what, and a part of what is said.
    [TestCase("controllers:", "controlers:", "'controlers' is no key of signet.yaml; did you mean 'controllers'?")]
    [TestCase("sessions: 2", "session: 2", "did you mean 'sessions'?")]
    [TestCase("sessions: 2", "xyzzy: 2", "'xyzzy' is no key of tokens; it has name, module, token")]
    [TestCase("sessions: 2", "unlock: pin", "key 'unlock' is there twice; the first is on line 13")]
    [TestCase("name: dev, pfx", "name: release, pfx", "a second key named 'release'; the first is on line 18")]
    [TestCase("  - { name: dev, key: dev", "  - { name: release, key: dev", "a second profile named 'release'")]
    [TestCase("key: release\n", "key: relase\n", "there is no key named 'relase'; did you mean 'release'?")]
    [TestCase("token: card", "token: crad", "there is no token named 'crad'; did you mean 'card'?")]
    [TestCase("timestamp: public", "timestamp: publik", "there is no timestamp group named 'publik'; did you mean 'public'?")]
    [TestCase("controller: main", "controller: Main", "there is no controller named 'Main'; did you mean 'main'?")]
    [TestCase("credential: release-signer", "credential: other", "there is no credential named 'other'")]
    [TestCase("profiles: [release, dev]", "profiles: [release, test]", "there is no profile named 'test'")]
    [TestCase("from: [alice, bob, carol]", "from: [alice, bob, dave]", "there is no operator named 'dave'")]
    [TestCase("    key: release\n", "", "'key' is missing in profiles")]
    [TestCase("    module: module.so\n", "", "'module' is missing in tokens")]
    [TestCase("operators: [alice, bob, carol]\n", "", "'operators' is missing in signet.yaml")]
    [TestCase("operators: [alice, bob, carol]\n", "operators: []\n", "'operators' must have at least one item")]
    [TestCase("operators: [alice, bob, carol]\n", "operators: [alice, bob, carol, alice]\n", "'alice' is in 'operators' twice")]
    [TestCase("operators: [alice, bob, carol]\n", "operators: [alice, bob, carol, 'a b']\n", "'a b' is not an operating-system account")]
    [TestCase("sessions: 2", "sessions: two", "'sessions' must be a whole number from 1 to 64")]
    [TestCase("sessions: 2", "sessions: 65", "'sessions' must be a whole number from 1 to 64")]
    [TestCase("sessions: 2", "sessions: -1", "'sessions' must be a whole number from 1 to 64")]
    [TestCase("sessions: 2", "sessions: [2]", "'sessions' must be a single value, not a list")]
    [TestCase("sessions: 2", "sessions:", "'sessions' has no value")]
    [TestCase("queue: 50", "queue: 0", "'queue' must be a whole number from 1 to 100000")]
    [TestCase("deadline: 20s", "deadline: 20", "'deadline' must be a duration from 1s to 10m")]
    [TestCase("deadline: 20s", "deadline: 500ms", "'deadline' must be a duration from 1s to 10m")]
    [TestCase("deadline: 20s", "deadline: 1h", "'deadline' must be a duration from 1s to 10m")]
    [TestCase("fileSize: 2GB", "fileSize: 2", "'fileSize' must be a size from 1B to 1TB")]
    [TestCase("fileSize: 2GB", "fileSize: 2TB", "'fileSize' must be a size from 1B to 1TB")]
    [TestCase("fileSize: 2GB", "fileSize: 99999999999999999999GB", "'fileSize' must be a size")]
    [TestCase("files: 200", "files: 0", "'files' must be a whole number from 1 to 100000")]
    [TestCase("perHour: 20", "perHour: 0", "'perHour' must be a whole number from 1 to 1000000")]
    [TestCase("approvalWindow: 12h", "approvalWindow: 31d", "'approvalWindow' must be a duration from 1m to 30d")]
    [TestCase("signingWindow: 30m", "signingWindow: 1s", "'signingWindow' must be a duration from 1m to 30d")]
    [TestCase("formats: [pe, msi, powershell]", "formats: pe", "'formats' must be a list, not a single value")]
    [TestCase("formats: [pe, msi, powershell]", "formats: [pe, powershel]", "did you mean 'powershell'?")]
    [TestCase("formats: [pe, msi, powershell]", "formats: [pe, iso9660]", "it knows msi, pe, powershell")]
    [TestCase("formats: [pe, msi, powershell]", "formats: [pe, pe]", "'pe' is in 'formats' twice")]
    [TestCase("hardware: required", "recurse: yes", "'recurse' must be true or false")]
    [TestCase("hardware: required", "hardware: requird", "'hardware' must be required or any; did you mean 'required'?")]
    [TestCase("unlock: pin", "unlock: quorun", "'unlock' must be pin or pinpad or quorum or none or operator; did you mean 'quorum'?")]
    [TestCase("unlock: pin", "unlock: none\n    lockAfter: { time: 1h }", "'lockAfter' does nothing with 'unlock: none'")]
    [TestCase("unlock: pin", "environment: { LD_PRELOAD: /tmp/x.so }", "'LD_PRELOAD' could load code")]
    [TestCase("unlock: pin", "environment: { HSM_PIN: x1 }", "'HSM_PIN' seems to hold a PIN")]
    [TestCase("unlock: pin", "initArgs: \"configdir='/x' password=1234\"", "'initArgs' seems to hold a PIN or a password")]
    [TestCase("unlock: pin", "lockAfter: {}", "'lockAfter' needs time, signatures or both")]
    [TestCase("unlock: pin", "lockAfter: { time: 31d }", "'time' must be a duration from 1s to 30d")]
    [TestCase("required: 2", "excludeStarter: maybe, required: 2", "'excludeStarter' must be true or false")]
    [TestCase("required: 2", "required: 4", "4 approvals are required, but only 3 operators may approve")]
    [TestCase("required: 2", "required: 0", "'required' must be a whole number from 1 to 1000")]
    [TestCase("{ label: Release }", "{}", "by label, serial and slot, alone or together")]
    [TestCase("{ label: Release }", "{ slot: first }", "'slot' must be a slot id")]
    [TestCase("{ label: Release }", "Release", "'token' must be a group of keys (label, serial, slot), not a single value")]
    [TestCase("module: module.so", "module: absent.so", "there is no PKCS#11 module")]
    [TestCase("{ name: dev, pfx: dev.p12 }", "{ name: dev, pfx: absent.p12 }", "there is no file")]
    [TestCase("{ name: dev, pfx: dev.p12 }", "{ name: dev }", "this one has neither")]
    [TestCase("{ name: dev, pfx: dev.p12 }", "{ name: dev, pfx: dev.p12, token: card }", "this one has both")]
    [TestCase("{ name: dev, pfx: dev.p12 }", "{ name: dev, pfx: dev.p12, label: x }", "'label' and 'id' belong to a key on a token")]
    [TestCase("{ name: dev, pfx: dev.p12 }", "{ name: card, pfx: dev.p12 }", "'card' is a token's name already")]
    [TestCase("label: codesign, ", "", "'label' is missing: a key on a token is found by its label")]
    [TestCase("key: release\n", "key: dev\n", "requires hardware, but its key 'dev' is in a PFX file")]
    [TestCase("jobs: [\"products/*/main\"]", "jobs: [\"/products\"]", "'/products' is no job pattern: it begins or ends with '/'")]
    [TestCase("jobs: [\"products/*/main\"]", "jobs: [\"products/a**\"]", "'**' must be a segment of its own")]
    [TestCase("jobs: [\"products/*/main\"]", "jobs: []", "'jobs' must have at least one item")]
    [TestCase("profiles: [release, dev]", "profiles: [release, dev], scm: []", "'scm' must have at least one item")]
    [TestCase("profiles: [release, dev]", "profiles: [release, dev], scm: ", "'scm' must be a list")]
    [TestCase("profiles: [release, dev]", "profiles: [release, dev], branch: []", "'branch' must have at least one item")]
    [TestCase("profiles: [release, dev]", "profiles: [release, dev], branch: main", "'branch' must be a list, not a single value")]
    [TestCase("profiles: [release, dev]", "profiles: [release, dev], branch: [main, main]", "'main' is in 'branch' twice")]
    [TestCase("profiles: [release, dev]", "profiles: [release, dev], branch: ['release/']", "'release/' is no pattern of branches: it begins or ends with '/'")]
    [TestCase("profiles: [release, dev]", "profiles: [release, dev], scm: ['https://*.example.com/**']", "is no pattern of repository addresses: a wildcard stands in the path alone")]
    [TestCase("profiles: [release, dev]", "profiles: [release, dev], scm: ['**']", "it names no server and path")]
    [TestCase("profiles: [release, dev]", "profiles: [release, dev], definition: []", "'definition' must have at least one item")]
    [TestCase("profiles: [release, dev]", "profiles: [release, dev], definition: ['sha256:abcd']", "a definition is written sha256: and 64 hexadecimal digits")]
    [TestCase("profiles: [release, dev]", "profiles: [release, dev], definiton: ['sha256:abcd']", "did you mean 'definition'?")]
    [TestCase("- name: main", "- name: ma:in", "'ma:in' cannot be a controller's name")]
    [TestCase("- name: main", "- name: ../main", "cannot be a controller's name")]
    [TestCase("sha256:" + ConfigurationFixture.Pin, "sha256:abcd", "sha256: and 64 hexadecimal digits")]
    [TestCase("sha256:" + ConfigurationFixture.Pin, "sha1:" + ConfigurationFixture.Pin, "sha256: and 64 hexadecimal digits")]
    [TestCase("http://tsa-1.example.org", "ftp://tsa-1.example.org", "'servers' takes http or https addresses")]
    [TestCase("http://tsa-1.example.org", "tsa-1.example.org", "'servers' takes http or https addresses")]
    [TestCase("http://tsa-1.example.org", "'http://tsa-1.example.org/#x'", "has no part behind '#'")]
    [TestCase("attempts: 2", "attempts: 11", "'attempts' must be a whole number from 1 to 10")]
    [TestCase("roots: root.pem", "roots: dev.p12", "holds no certificate in PEM or DER form")]
    [TestCase("certificate: server.pem }\n  - { name: dev", "certificate: absent.pem }\n  - { name: dev", "there is no such file")]
    [TestCase("certificate: server.pem }\n  - { name: dev", "certificate: reversed.pem }\n  - { name: dev", "are not in order: number 2")]
    [TestCase("address: 0.0.0.0:7443", "address: 0.0.0.0", "must be an IP address and a port")]
    [TestCase("address: 0.0.0.0:7443", "address: localhost:7443", "must be an IP address and a port")]
    [TestCase("address: 0.0.0.0:7443", "address: '::1'", "must be an IP address and a port")]
    [TestCase("address: 0.0.0.0:7443", "address: 0.0.0.0:99999", "must be an IP address and a port")]
    [TestCase("key: server.key", "key: other.key", "does not hold the private key of the certificate CN=signing.example.org")]
    [TestCase("key: server.key", "key: encrypted.key", "the server's private key is encrypted")]
    [TestCase("key: server.key", "key: root.pem", "does not hold the private key")]
    [TestCase("- name: main", "- &anchor\n    name: main", "YAML anchors are not used here")]
    [TestCase("queue: 50", "queue: *other", "YAML aliases are not used here")]
    [TestCase("queue: 50", "queue: !!int 50", "YAML tags are not used here")]
    [TestCase("queue: 50", "? [queue]\n    : 50", "a key must be a single word, not a list")]
    [TestCase("queue: 50", "<<: { queue: 50 }", "'<<' is no key of tokens")]
    public void Load_WhenOnePartIsWrong_SaysWhatWouldBeRight(string part, string replacement, string said)
    {
        var result = _fixture.LoadWith(part, replacement);

        Assert.That(result.Configuration, Is.Null);
        Assert.That(result.Issues.Select(issue => issue.Detail), Has.Some.Contains(said), string.Join('\n', result.Issues));
    }

    [TestCase("sessions: 2", "sessions: 65", 14, 15)]
    [TestCase("key: release\n", "key: relase\n", 24, 10)]
    [TestCase("controllers:", "controlers:", 3, 1)]
    public void Load_WhenOnePartIsWrong_NamesLineAndColumn(string part, string replacement, int line, int column)
    {
        var result = _fixture.LoadWith(part, replacement);

        Assert.That(result.Issues.Select(issue => (issue.Line, issue.Column)), Has.Member((line, column)), string.Join('\n', result.Issues));
    }

    [TestCase("a: b: c", "not valid YAML")]
    [TestCase("listen: [", "not valid YAML")]
    [TestCase("", "the file holds no configuration")]
    [TestCase("# nothing\n", "the file holds no configuration")]
    [TestCase("- a\n", "the file must be a group of keys (listen, controllers, ...), not a list")]
    [TestCase("listen: 1\n---\nlisten: 2\n", "a second YAML document")]
    [TestCase("a: \u0007", "control character U+0007")]
    public void Load_WhenTextIsNoConfiguration_SaysWhy(string text, string said)
    {
        var result = _fixture.Load(text);

        Assert.That(result.Configuration, Is.Null);
        Assert.That(result.Issues.Select(issue => issue.Detail), Has.Some.Contains(said));
    }

    [Test]
    public void Load_WhenNestedTooDeep_SaysSo()
    {
        var result = _fixture.Load(new string('[', 100_000) + new string(']', 100_000));

        Assert.That(result.Issues.Single().Detail, Does.Contain("nested deeper than 16 levels"));
    }

    [Test]
    public void Load_WhenFileIsNotUtf8_NamesThePlace()
    {
        File.WriteAllBytes(_fixture.ConfigurationPath, "operators:\n- \xFF"u8.ToArray()[..13].Append((byte)0xFF).ToArray());

        var issue = _fixture.Loader.Load(_fixture.ConfigurationPath).Issues.Single();

        Assert.That((issue.Line, issue.Column), Is.EqualTo((2, 3)));
        Assert.That(issue.Detail, Does.Contain("not UTF-8"));
    }

    [Test]
    public void Load_WhenFileIsTooLarge_SaysSo()
    {
        var result = _fixture.Load(new string('#', ConfigurationFile.MaxFileBytes + 1));

        Assert.That(result.Issues.Single().Detail, Is.EqualTo("the file is larger than 1MB"));
    }

    [Test]
    public void Load_WhenFileIsAbsentOrADirectory_SaysSo()
    {
        Assert.That(_fixture.Loader.Load(_fixture.FilePath("absent.yaml")).Issues.Single().Detail, Does.Contain("there is no file"));
        Assert.That(_fixture.Loader.Load(_fixture.Directory).Issues.Single().Detail, Does.Contain("cannot be read"));
    }

    [Test]
    public void Load_WhenSocketPathIsTooLong_SaysSoForTokenAndPfxKey()
    {
        var run = "/run/" + new string('r', 90);

        var issues = _fixture.LoadWith("run: /run/signet", $"run: {run}").Issues;

        Assert.That(issues.Select(issue => issue.Detail), Has.All.Contains("a Unix socket's holds 107"));
        Assert.That(issues.Select(issue => issue.Line), Is.EqualTo(new[] { 10, 19 }), string.Join('\n', issues));
    }

    [Test]
    public void Load_WhenTwoTokensAreOne_SaysSo()
    {
        var again = "    queue: 50\n  - { name: again, module: module.so, token: { label: Release } }\n";

        Assert.That(
            _fixture.LoadWith("    queue: 50\n", again).Issues.Single().Detail, Does.Contain("this is the same token as 'card'"));
    }

    [Test]
    public void Load_WhenCertificateIsPinnedTwice_SaysSo()
    {
        var again = $"{ConfigurationFixture.Pin}\n  - {{ name: second, certificate: sha256:{ConfigurationFixture.Pin} }}";

        Assert.That(_fixture.LoadWith(ConfigurationFixture.Pin, again).Issues.Single().Detail, Does.Contain("pinned twice"));
    }

    [Test]
    [UnsupportedOSPlatform("windows")]
    [Platform(Exclude = "Win")]
    public void Load_WhenEveryAccountCanReadTheServerKey_SaysSo()
    {
        File.SetUnixFileMode(
            _fixture.FilePath("server.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

        var issue = _fixture.Load(ConfigurationFixture.Minimal).Issues.Single();

        Assert.That(issue.Detail, Does.Contain("every account can read or write the private key").And.Contain("chmod o-rw"));
        Assert.That((issue.Line, issue.Column), Is.EqualTo((1, 66)));
    }

    [Test]
    [UnsupportedOSPlatform("windows")]
    [Platform(Exclude = "Win")]
    public void Load_WhenEveryAccountCanWriteTheFile_SaysSo()
    {
        _fixture.Write("signet.yaml", ConfigurationFixture.Minimal);
        File.SetUnixFileMode(
            _fixture.ConfigurationPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherWrite);

        Assert.That(
            _fixture.Loader.Load(_fixture.ConfigurationPath).Issues.Single().Detail, Does.Contain("every account can write this file"));
    }

    [Test]
    public void Load_WhenCertificateIsDer_ReadsIt()
    {
        var result = _fixture.LoadWith("roots: root.pem", "roots: root.der");

        Assert.That(result.Issues, Is.Empty);
        Assert.That(result.Configuration!.Timestamps.Single().Roots!.Single().Subject, Is.EqualTo("CN=Test root"));
    }
}
