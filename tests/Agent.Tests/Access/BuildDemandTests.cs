using Google.Protobuf;
using Signet.Agent.Access;
using Signet.Agent.Configuration;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.Tests.Access;

/// <summary>Grants that demand something of the build: what meets them, and what is told and recorded where it does not.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[Parallelizable(ParallelScope.All)]
[CancelAfter(60_000)]
internal sealed class BuildDemandTests : IAsyncDisposable
{
    private const string Url = "https://git.example.com/products/app";
    private const string Old = "sha256:1111111111111111111111111111111111111111111111111111111111111111";
    private const string New = "sha256:2222222222222222222222222222222222222222222222222222222222222222";
    private const string Demands =
        $"scm: ['https://git.example.com/products/**'], branch: [main, 'release/*'], definition: ['{Old}', '{New}']";

    private static readonly CallerIdentity Caller = new("main", "release-signer", AccessFixture.RemoteAddress);

    private static readonly BuildFacts Right = new(AccessFixture.Job)
    {
        ScmUrl = Url,
        ScmBranch = "main",
        DefinitionSha256 = Sha256Pin.Parse(New),
    };

    private readonly AccessFixture _fixture = new();

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Test]
    public async Task AuthorizeAsync_WhenEveryDemandIsMet_GivesTheProfile(CancellationToken cancellationToken)
    {
        Use(Grant(Demands));
        foreach (var build in new[]
        {
            Right, Right with { ScmBranch = "release/2.0" }, Right with { DefinitionSha256 = Sha256Pin.Parse(Old) },
            Right with { ScmUrl = "https://git.example.com/products/team/app.git" },
        })
        {
            Assert.That((await _fixture.Guard.AuthorizeAsync(Caller, build, "release", cancellationToken)).Name, Is.EqualTo("release"));
        }

        Assert.That(_fixture.Store.Records, Is.Empty);
    }

    [TestCase("https://evil.example/products/app", "main", New, "the address of its sources is 'https://evil.example/products/app'")]
    [TestCase(null, "main", New, "the address of its sources is not known")]
    [TestCase(Url, "feature/x", New, "its branch is 'feature/x'")]
    [TestCase(Url, null, New, "its branch is not known")]
    [TestCase(Url, "main", "sha256:3333333333333333333333333333333333333333333333333333333333333333", "the definition of the job is 'sha256:3333")]
    [TestCase(Url, "main", null, "the definition of the job is not known")]
    [TestCase(null, null, null, "sources is not known, and its branch is not known, and the definition of the job is not known")]
    public async Task AuthorizeAsync_WhenADemandIsNotMet_SaysWhichAndRecordsBothSides(
        string? url, string? branch, string? definition, string told, CancellationToken cancellationToken)
    {
        Use(Grant(Demands));
        var build = new BuildFacts(AccessFixture.Job)
        {
            ScmUrl = url,
            ScmBranch = branch,
            DefinitionSha256 = definition is null ? null : Sha256Pin.Parse(definition),
        };

        var error = await RefusedAsync(build, cancellationToken);

        Assert.That(error.Message, Does.Contain(told));
        Assert.That(error.Message, Does.Not.Contain("release/*").And.Not.Contain("1111"), "what would do is the operators' business");
        var fields = _fixture.Store.Records.Single().Fields;
        Assert.That(fields["refusal"], Is.EqualTo("build-not-granted"));
        Assert.That(fields["demanded"], Is.EqualTo(new[]
        {
            $"scm: https://git.example.com/products/**; branch: main, release/*; definition: {Old}, {New}",
        }));
        Assert.That(fields.GetValueOrDefault("scmUrl"), Is.EqualTo(url));
        Assert.That(fields.GetValueOrDefault("scmBranch"), Is.EqualTo(branch));
        Assert.That(fields.GetValueOrDefault("definitionSha256"), Is.EqualTo(build.DefinitionSha256));
    }

    [Test]
    public async Task AuthorizeAsync_WhenTwoGrantsAreMetByHalves_Refuses(CancellationToken cancellationToken)
    {
        Use(Grant("branch: [main], scm: ['https://git.example.com/a/**']") + Grant("branch: [dev], scm: ['https://git.example.com/products/**']"));

        await RefusedAsync(Right, cancellationToken);

        Assert.That((IEnumerable<object?>)_fixture.Store.Records.Single().Fields["demanded"]!, Has.Exactly(2).Items);
        await _fixture.Guard.AuthorizeAsync(Caller, Right with { ScmBranch = "dev" }, "release", cancellationToken);
    }

    [Test]
    public async Task AuthorizeAsync_WhenAnotherGrantDemandsNothing_GivesTheProfile(CancellationToken cancellationToken)
    {
        Use(Grant(Demands) + Grant("scm: ['https://git.example.com/x']") + Grant(null));
        await _fixture.Guard.AuthorizeAsync(Caller, new BuildFacts(AccessFixture.Job), "release", cancellationToken);
    }

    [Test]
    public async Task AuthorizeAsync_WhenTheJobIsNotTheGrants_SaysNothingOfDemands(CancellationToken cancellationToken)
    {
        Use(Grant(Demands));

        var error = await RefusedAsync(Right with { Job = "products/app/other" }, cancellationToken);

        Assert.That(error.Message, Does.StartWith("This job with this credential may not use this profile."));
        var fields = _fixture.Store.Records.Single().Fields;
        Assert.That(fields["refusal"], Is.EqualTo("not-granted"));
        Assert.That(fields, Does.Not.ContainKey("demanded"));
    }

    [Test]
    public async Task AuthorizeAsync_WhenTheAddressHoldsASecret_KeepsItOutOfLedgerAndAnswer(CancellationToken cancellationToken)
    {
        Use(Grant(Demands));

        var error = await RefusedAsync(
            Right with { ScmUrl = "https://user:hunter2@git.example.com/products/app" }, cancellationToken);

        Assert.That(error.Message, Does.Not.Contain("hunter2"));
        Assert.That(_fixture.Store.Records.Single().Fields["scmUrl"], Is.EqualTo("https://***@git.example.com/products/app"));
    }

    [Test]
    public void Of_WhenABuildTellsNothing_HasNoFacts()
    {
        Assert.That(BuildFacts.Of(null), Is.EqualTo(new BuildFacts(string.Empty)));
        Assert.That(BuildFacts.Of(new Build { JobFullName = "a", Scm = new Scm() }), Is.EqualTo(new BuildFacts("a")));
        Assert.That(
            BuildFacts.Of(new Build { DefinitionSha256 = ByteString.CopyFrom(new byte[31]) }).DefinitionSha256, Is.Null,
            "31 bytes are no hash");
    }

    [Test]
    public async Task FindProfilesAsync_WhenGrantsDemand_TellsWhatAndNotWhich(CancellationToken cancellationToken)
    {
        Use(Grant("branch: [main]") + Grant("scm: ['https://git.example.com/x']") + Grant(Demands, "dev") + Grant(null, "dev"));

        var granted = await _fixture.Guard.FindProfilesAsync(Caller, AccessFixture.Job, cancellationToken);

        Assert.That(
            granted.Select(one => (one.Profile.Name, one.Demanded)),
            Is.EqualTo(new[] { ("release", BuildAspects.Scm | BuildAspects.Branch), ("dev", BuildAspects.None) }));
    }

    private static string Grant(string? demands, string profile = "release") =>
        "  - { controller: main, jobs: [\"products/*/main\"], credential: release-signer, profiles: [" + profile + "]"
        + (demands is null ? string.Empty : ", " + demands) + " }\n";

    private void Use(string grants)
    {
        var yaml = _fixture.Yaml();
        var start = yaml.IndexOf("grants:", StringComparison.Ordinal);
        var end = yaml.IndexOf("operators:", StringComparison.Ordinal);
        _fixture.Write(yaml[..start] + "grants:\n" + grants + yaml[end..]);
        Assert.That(_fixture.Holder.Reload().Result.Issues, Is.Empty);
    }

    private async Task<SigningException> RefusedAsync(BuildFacts build, CancellationToken cancellationToken)
    {
        var error = await Assert.ThrowsAsync<SigningException>(
            () => _fixture.Guard.AuthorizeAsync(Caller, build, "release", cancellationToken));
        Assert.That(error!.Reason, Is.EqualTo(ErrorReason.NotGranted));
        return error;
    }
}
