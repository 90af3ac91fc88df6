using System.Net;
using System.Security.Cryptography;
using System.Text;
using Signet.Agent.Configuration;

namespace Signet.Agent.Tests.Configuration;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[Parallelizable(ParallelScope.All)]
internal sealed class ConfigurationLoaderTests : IDisposable
{
    private readonly ConfigurationFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Test]
    public void Load_WhenFileIsComplete_ReadsEveryPart()
    {
        var configuration = LoadValid(_fixture.Complete);

        Assert.Multiple(() =>
        {
            Assert.That(configuration.Listen.Address, Is.EqualTo(new IPEndPoint(IPAddress.Any, 7443)));
            Assert.That(configuration.Listen.CertificateFile, Is.EqualTo(_fixture.FilePath("server.pem")));
            Assert.That(configuration.Listen.KeyFile, Is.EqualTo(_fixture.FilePath("server.key")));
            Assert.That(configuration.Listen.CertificateSha256, Has.Length.EqualTo(64));
            Assert.That(
                configuration.Directories,
                Is.EqualTo(new DirectoryConfiguration(_fixture.FilePath("state"), "/run/signet", _fixture.FilePath("log"))));
            Assert.That(configuration.Controllers.Single().Name, Is.EqualTo("main"));
            Assert.That(
                configuration.Controllers.Single().CertificateSha256.Single(),
                Is.EqualTo(Convert.FromHexString(ConfigurationFixture.Pin)));
            Assert.That(
                configuration.Credentials.Single(),
                Is.EqualTo(new CredentialConfiguration("release-signer", _fixture.SecretHash)));
            Assert.That(configuration.Tokens.Single(), Is.EqualTo(new TokenConfiguration
            {
                Name = "card",
                Module = _fixture.FilePath("module.so"),
                Label = "Release",
                Unlock = UnlockKind.Pin,
                Sessions = 2,
                Deadline = TimeSpan.FromSeconds(20),
                Queue = 50,
            }));
            Assert.That(configuration.Keys[0].TokenName, Is.EqualTo("card"));
            Assert.That(configuration.Keys[0].Label, Is.EqualTo("codesign"));
            Assert.That(
                configuration.Keys[0].CertificateChain.Select(certificate => certificate.Subject),
                Is.EqualTo(new[] { "CN=signing.example.org", "CN=Test root" }));
            Assert.That(configuration.Keys[1].TokenName, Is.EqualTo("dev"));
            Assert.That(configuration.Keys[1].Pfx, Is.EqualTo(_fixture.FilePath("dev.p12")));
            Assert.That(configuration.Operators, Is.EqualTo(new[] { "alice", "bob", "carol" }));
            Assert.That(configuration.Sha256, Is.EqualTo(SHA256.HashData(Encoding.UTF8.GetBytes(_fixture.Complete))));
        });
    }

    [Test]
    public void Load_WhenFileIsComplete_ReadsTimestampsProfilesAndGrants()
    {
        var configuration = LoadValid(_fixture.Complete);
        var timestamps = configuration.Timestamps.Single();
        var release = configuration.Profiles[0];
        var grant = configuration.Grants.Single();

        Assert.Multiple(() =>
        {
            Assert.That(timestamps.Servers.Select(server => server.Host), Is.EqualTo(new[] { "tsa-1.example.org", "tsa-2.example.org" }));
            Assert.That(timestamps.Roots!.Single().Subject, Is.EqualTo("CN=Test root"));
            Assert.That((timestamps.Timeout, timestamps.Attempts), Is.EqualTo((TimeSpan.FromSeconds(10), 2)));
            Assert.That(timestamps.Proxy, Is.EqualTo(new Uri("http://proxy.example.org:3128")));
            Assert.That(release.HardwareRequired, Is.True);
            Assert.That(release.Recurse, Is.False);
            Assert.That(configuration.Profiles[1].Recurse, Is.True);
            Assert.That(release.Formats, Is.EqualTo(new[] { "pe", "msi", "powershell" }));
            Assert.That(release.Timestamp, Is.EqualTo("public"));
            Assert.That(release.Approvals!.Required, Is.EqualTo(2));
            Assert.That(release.Approvals.From, Is.EqualTo(new[] { "alice", "bob", "carol" }));
            Assert.That(release.Limits, Is.EqualTo(new LimitConfiguration
            {
                Files = 200,
                FileSizeBytes = 2L << 30,
                PerHour = 20,
                ApprovalWindow = TimeSpan.FromHours(12),
                SigningWindow = TimeSpan.FromMinutes(30),
            }));
            Assert.That(configuration.Profiles[1].Approvals, Is.Null);
            Assert.That(configuration.Profiles[1].HardwareRequired, Is.False);
            Assert.That(configuration.Profiles[1].Limits, Is.EqualTo(new LimitConfiguration()));
            Assert.That((grant.Controller, grant.Credential), Is.EqualTo(("main", "release-signer")));
            Assert.That(grant.Jobs.Single().Text, Is.EqualTo("products/*/main"));
            Assert.That(grant.Profiles, Is.EqualTo(new[] { "release", "dev" }));
        });
    }

    [Test]
    public void Load_WhenOnlyRequiredSectionsAreThere_TakesDefaultsAndGrantsNothing()
    {
        var configuration = LoadValid(ConfigurationFixture.Minimal);

        Assert.Multiple(() =>
        {
            Assert.That(configuration.Directories, Is.EqualTo(DirectoryConfiguration.Default));
            Assert.That(configuration.Grants, Is.Empty);
            Assert.That(configuration.Profiles, Is.Empty);
        });
    }

    [Test]
    public void Load_WhenThePortHasLimits_TakesThemAndDefaultsForTheRest()
    {
        _fixture.Write("signet.yaml", ConfigurationFixture.Minimal.Replace(
            "key: server.key }", "key: server.key, connections: { perAddress: 7, idleTimeout: 3m } }", StringComparison.Ordinal));

        var connections = _fixture.Loader.Load(_fixture.ConfigurationPath).Configuration!.Listen.Connections;

        Assert.That(connections, Is.EqualTo(new ConnectionLimits { PerAddress = 7, IdleTimeout = TimeSpan.FromMinutes(3) }));
    }

    [Test]
    public void Load_WhenControllerHasSeveralPins_ReadsAllInEitherSpelling()
    {
        var other = string.Join(':', Enumerable.Repeat("AB", 32));

        var configuration = LoadValid(_fixture.Complete.Replace(
            $"certificate: sha256:{ConfigurationFixture.Pin}",
            $"certificate: [ sha256:{ConfigurationFixture.Pin}, 'sha256:{other}' ]", StringComparison.Ordinal));

        Assert.That(configuration.Controllers.Single().CertificateSha256, Has.Count.EqualTo(2));
        Assert.That(configuration.Controllers.Single().CertificateSha256[1], Is.All.EqualTo((byte)0xAB));
    }

    [TestCase("{ serial: '0012' }", null, "0012", null)]
    [TestCase("{ slot: 0x1F }", null, null, 31UL)]
    [TestCase("{ slot: 7 }", null, null, 7UL)]
    public void Load_WhenTokenHasAnotherSelector_ReadsIt(string selector, string? label, string? serial, ulong? slot)
    {
        var token = LoadValid(_fixture.Complete.Replace("{ label: Release }", selector, StringComparison.Ordinal)).Tokens.Single();

        Assert.That((token.Label, token.Serial, token.Slot), Is.EqualTo((label, serial, slot)));
    }

    [Test]
    public void Load_WhenFileStartsWithByteOrderMark_ReadsIt()
    {
        File.WriteAllText(_fixture.ConfigurationPath, ConfigurationFixture.Minimal, new UTF8Encoding(true));

        Assert.That(_fixture.Loader.Load(_fixture.ConfigurationPath).IsValid, Is.True);
    }

    [Test]
    public void Load_WhenEveryItemOfASectionIsCommentedOut_ReadsAnEmptySection()
    {
        var configuration = LoadValid(ConfigurationFixture.Minimal + "grants:\n  # - { controller: main }\ncredentials:\n");

        Assert.That(configuration.Grants, Is.Empty);
        Assert.That(configuration.Credentials, Is.Empty);
    }

    [Test]
    public void Load_WhenMuchIsWrong_SaysAllInTheOrderOfTheFile()
    {
        var result = _fixture.Load(
            """
            listen: { address: nowhere, certificate: server.pem }
            controllrs: []
            profiles:
              - { name: release, key: relase, formats: [pe, exe], limits: { files: 0 } }
              - { name: release, formats: [] }
            """);

        Assert.That(result.Configuration, Is.Null);
        Assert.That(result.Issues.Select(issue => (issue.Line, issue.Column)), Is.EqualTo(new[]
        {
            (1, 1), (1, 9), (1, 20), (2, 1), (4, 27), (4, 49), (4, 72), (5, 5), (5, 13), (5, 31),
        }), string.Join('\n', result.Issues));
    }

    [Test]
    public void Load_WhenThereAreThousandsOfProblems_BoundsTheList()
    {
        var result = _fixture.Load(string.Concat(Enumerable.Range(0, 5000).Select(i => $"k{i}: 1\n")));

        Assert.That(result.Issues, Has.Count.EqualTo(201));
        Assert.That(result.Issues[^1].Detail, Does.Contain("4802 more"));
    }

    private SignetConfiguration LoadValid(string yaml)
    {
        var result = _fixture.Load(yaml);
        Assert.That(result.Issues, Is.Empty);
        return result.Configuration!;
    }
}
