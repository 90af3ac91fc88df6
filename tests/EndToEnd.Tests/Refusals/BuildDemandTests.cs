using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Signet.EndToEnd.Tests.Node;
using Signet.Protocol.V1;
using Signet.Testing.Agent;

namespace Signet.EndToEnd.Tests.Refusals;

/// <summary>
/// A grant that demands sources, branch and definition signs the build that carries them, and no other: over the network
/// port of a real agent whose token is unlocked.
/// </summary>
[CancelAfter(120_000)]
public sealed class BuildDemandTests
{
    private const string Url = "https://git.example.com/products/app";
    private const string FreeProfile = "free";

    private static readonly byte[] Program = File.ReadAllBytes(SampleProgram.Library);
    private static readonly byte[] Definition = SHA256.HashData("<project><script>signCode</script></project>"u8);
    private static readonly byte[] NextDefinition = SHA256.HashData("<project><script>signCode 2</script></project>"u8);

    private AgentEnvironment _node = null!;
    private long _before;

    [OneTimeSetUp]
    public async Task StartNode() => _node = await AgentEnvironment.StartUnlockedAsync(
        new AgentOptions
        {
            Profiles = [new() { Timestamped = false }, new() { Name = FreeProfile, Timestamped = false }],
            Grants = [Demanding(Definition, NextDefinition), new() { Profiles = [FreeProfile] }],
        },
        CancellationToken.None);

    [OneTimeTearDown]
    public async Task StopNode() => await _node.DisposeAsync();

    [SetUp]
    public async Task Remember() => _before = await LedgerOf.SizeAsync(_node, CancellationToken.None);

    [TestCase("main")]
    [TestCase("release/2.0")]
    public async Task CreateRequest_OfTheBuildThatIsMeant_IsGrantedAndSigned(string branch, CancellationToken cancellationToken)
    {
        using var caller = _node.Controller();
        var request = await caller.CreateRequestAsync(Request(branch: branch, definition: NextDefinition), cancellationToken);
        await caller.SignFileAsync(request.RequestId, "a.dll", new MemoryStream(Program), cancellationToken);
        var created = (await LedgerOf.ReadAsync(_node, cancellationToken, "request-created", _before)).Single();
        Assert.That(created.Text("definitionSha256"), Is.EqualTo(Convert.ToHexStringLower(NextDefinition)));
        Assert.That(created.Text("scmBranch"), Is.EqualTo(branch));
        Assert.That(await LedgerOf.ReadAsync(_node, cancellationToken, "file-signed", _before), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task CreateRequest_OfARewrittenJob_IsRefused(CancellationToken cancellationToken)
    {
        var rewritten = SHA256.HashData("<project><script>signCode 'malware.exe'</script></project>"u8);
        var refusal = await ExpectAsync(Request(definition: rewritten), cancellationToken);
        Assert.That(refusal.Text("definitionSha256"), Is.EqualTo(Convert.ToHexStringLower(rewritten)));
        Assert.That(refusal.Text("demanded"), Does.Contain(Pin(Definition)).And.Contain(Pin(NextDefinition)));
    }

    [TestCase("feature/x")]
    [TestCase("Main")]
    [TestCase("origin/main")]
    [TestCase("refs/heads/main")]
    [TestCase("main/x")]
    [TestCase("release")]
    [TestCase("release/2.0/x")]
    [TestCase("release/../main")]
    [TestCase("main\u200B")]
    [TestCase("m\u0430in", Description = "Cyrillic a")]
    [TestCase("*")]
    public async Task CreateRequest_OfAnotherBranch_IsRefused(string branch, CancellationToken cancellationToken) =>
        Assert.That((await ExpectAsync(Request(branch: branch), cancellationToken)).Text("scmBranch"), Is.Not.Empty);

    [TestCase("https://git.example.com/products/app.git")]
    [TestCase("https://git.example.com/products/App")]
    [TestCase("https://GIT.example.com/products/app")]
    [TestCase("https://git.example.com:443/products/app")]
    [TestCase("https://git.example.com:8443/products/app")]
    [TestCase("http://git.example.com/products/app")]
    [TestCase("ssh://git@git.example.com/products/app")]
    [TestCase("https://user@git.example.com/products/app")]
    [TestCase("https://git.example.com@evil.example/products/app")]
    [TestCase("https://git.example.com.evil.example/products/app")]
    [TestCase("https://git.example.com/products/app/")]
    [TestCase("https://git.example.com/products/app/../app")]
    [TestCase("https://git.example.com/products/%61pp")]
    [TestCase("https://git.example.com/products/app?x=1")]
    [TestCase("https://git.example.com/products/app#main")]
    [TestCase("https://git.example.com\\products\\app")]
    [TestCase("https://git.ex\u0430mple.com/products/app", Description = "Cyrillic a")]
    [TestCase("https://git.example.com/evil/app")]
    public async Task CreateRequest_OfOtherSources_IsRefused(string url, CancellationToken cancellationToken) =>
        Assert.That((await ExpectAsync(Request(url: url), cancellationToken)).Text("scmUrl"), Is.Not.Empty);

    [Test]
    public async Task CreateRequest_OfABuildThatTellsNothing_IsRefused(CancellationToken cancellationToken)
    {
        var nothing = ControllerClient.NewRequest(Names.Job, Names.Profile, ("a.dll", Program));
        var record = await ExpectAsync(nothing, cancellationToken);
        Assert.That(record.Text("demanded"), Does.Contain("branch: main, release/*"));
        Assert.That(record.Text("scmUrl"), Is.Empty);

        var withoutDefinition = Request();
        withoutDefinition.Build.ClearDefinitionSha256();
        await ExpectAsync(withoutDefinition, cancellationToken);
        await ExpectAsync(Request(url: ""), cancellationToken);
        await ExpectAsync(Request(branch: ""), cancellationToken);
        await ExpectAsync(Request(definition: Definition[..31]), cancellationToken);
    }

    [Test]
    public async Task SignFile_WhenTheGrantDemandsOtherwiseSinceTheRequest_IsRefused(CancellationToken cancellationToken)
    {
        var granted = new AgentOptions { Profiles = [new() { Timestamped = false }], Grants = [Demanding(Definition)] };
        await using var node = await AgentEnvironment.StartUnlockedAsync(granted, cancellationToken);
        using var caller = node.Controller();
        var request = await caller.CreateRequestAsync(Request(), cancellationToken);

        node.WriteConfiguration(granted with { Grants = [Demanding(NextDefinition)] });
        Assert.That((await node.RunAsync(["config", "reload"], cancellationToken)).ExitCode, Is.Zero);
        var refusal = await Refused.ByAsync(
            () => caller.SignFileAsync(request.RequestId, "a.dll", new MemoryStream(Program), cancellationToken));

        Assert.That(refusal.Reason, Is.EqualTo(ErrorReason.NotGranted));
        Assert.That(await LedgerOf.ReadAsync(node, cancellationToken, "file-signed"), Is.Empty);
    }

    [Test]
    public async Task SignFile_WhenARepeatBringsBetterFacts_IsDecidedOnTheFirst(CancellationToken cancellationToken)
    {
        var open = new AgentOptions { Profiles = [new() { Timestamped = false }] };
        await using var node = await AgentEnvironment.StartUnlockedAsync(open, cancellationToken);
        using var caller = node.Controller();
        var first = Request(branch: "feature/x");
        await caller.CreateRequestAsync(first, cancellationToken);
        node.WriteConfiguration(open with { Grants = [Demanding(Definition)] });
        Assert.That((await node.RunAsync(["config", "reload"], cancellationToken)).ExitCode, Is.Zero);

        var repeat = first.Clone();
        repeat.Build.Scm.Branch = "main";
        await caller.CreateRequestAsync(repeat, cancellationToken);
        var refusal = await Refused.ByAsync(
            () => caller.SignFileAsync(first.RequestId, "a.dll", new MemoryStream(Program), cancellationToken));

        Assert.That(refusal.Reason, Is.EqualTo(ErrorReason.NotGranted));
        Assert.That(await LedgerOf.ReadAsync(node, cancellationToken, "file-signed"), Is.Empty);
    }

    [Test]
    public async Task CheckAccess_WhenAGrantDemands_TellsWhatItDependsOn(CancellationToken cancellationToken)
    {
        using var caller = _node.Controller();
        var profiles = (await caller.CheckAccessAsync(Names.Job, cancellationToken)).Profiles.ToDictionary(profile => profile.Name);
        var demanding = profiles[Names.Profile];
        var free = profiles[FreeProfile];
        Assert.That((demanding.DemandsScm, demanding.DemandsBranch, demanding.DemandsDefinition), Is.EqualTo((true, true, true)));
        Assert.That((free.DemandsScm, free.DemandsBranch, free.DemandsDefinition), Is.EqualTo((false, false, false)));
    }

    [Test]
    public async Task Cli_WhenAnOperatorWantsToPinADefinition_ShowsItReadyToBeCopied(CancellationToken cancellationToken)
    {
        var definition = SHA256.HashData(Encoding.UTF8.GetBytes(Guid.NewGuid().ToString()));
        using var caller = _node.Controller();
        var request = Request(url: "https://user:hunter2@git.example.com/products/app", definition: definition);
        await ExpectAsync(request, cancellationToken);
        request.Profile = FreeProfile;
        await caller.CreateRequestAsync(request, cancellationToken);

        var shown = await _node.RunAsync(["requests", "show", request.RequestId], cancellationToken);
        var refused = await _node.RunAsync(["audit", "search", "--kind", "access-refused"], cancellationToken);
        var created = await _node.RunAsync(["audit", "search", "--kind", "request-created"], cancellationToken);
        foreach (var screen in new[] { shown, refused, created })
        {
            // A narrow screen wraps; what is looked for has no blanks but those.
            var text = string.Concat(screen.All.Where(c => !char.IsWhiteSpace(c)));
            Assert.That(text, Does.Contain(Pin(definition)));
            Assert.That(text, Does.Not.Contain("hunter2"));
        }
    }

    private static GrantOptions Demanding(params byte[][] definitions) => new()
    {
        More = $", scm: [\"https://git.example.com/products/app\"], branch: [main, \"release/*\"], "
            + $"definition: [{string.Join(", ", definitions.Select(Pin))}]",
    };

    private static string Pin(byte[] sha256) => "sha256:" + Convert.ToHexStringLower(sha256);

    private static CreateRequestRequest Request(string url = Url, string branch = "main", byte[]? definition = null)
    {
        var request = ControllerClient.NewRequest(Names.Job, Names.Profile, ("a.dll", Program));
        request.Build.Scm = new Scm { Url = url, Branch = branch, Commit = new string('c', 40) };
        request.Build.DefinitionSha256 = ByteString.CopyFrom(definition ?? Definition);
        return request;
    }

    /// <summary>The request is refused, nothing is opened or signed, and the refusal is on record.</summary>
    private async Task<RecordSeen> ExpectAsync(CreateRequestRequest request, CancellationToken cancellationToken)
    {
        using var caller = _node.Controller();
        var before = await LedgerOf.SizeAsync(_node, cancellationToken);
        var refusal = await Refused.ByAsync(() => caller.CreateRequestAsync(request, cancellationToken));
        var records = await LedgerOf.ReadAsync(_node, cancellationToken, from: before);
        Assert.That(refusal.Reason, Is.EqualTo(ErrorReason.NotGranted), refusal.Message);
        Assert.That(refusal.Message, Does.Contain("not for this build").And.Not.Contain("release/*"));
        Assert.That(records.Select(record => (record.Kind, record.Text("refusal"))), Is.EqualTo(new[] { ("access-refused", "build-not-granted") }));
        return records[0];
    }
}
