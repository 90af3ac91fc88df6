using System.Text.Json;
using Signet.EndToEnd.Tests.Node;
using Signet.Protocol.V1;
using Signet.Testing.Agent;
using Signet.Testing.Tools;

namespace Signet.EndToEnd.Tests.Operators;

/// <summary>What operators see of requests, who may decide, and who is told.</summary>
[CancelAfter(120_000)]
public sealed class DecisionTests
{
    private static readonly byte[] Program = File.ReadAllBytes(SampleProgram.Library);

    private TemporaryDirectory _directory = null!;
    private AgentEnvironment _node = null!;
    private ControllerClient _controller = null!;

    private string Told => _directory.File("told.jsonl");

    [SetUp]
    public async Task StartNode()
    {
        _directory = new TemporaryDirectory();
        var program = _directory.File("notify");
        await File.WriteAllTextAsync(program, "#!/bin/sh\ncat >> \"$1\"\nexit 3\n");
        await ExternalProgram.RunSuccessfullyAsync("chmod", ["+x", program], CancellationToken.None);
        _node = await AgentEnvironment.StartUnlockedAsync(
            new AgentOptions
            {
                Profiles = [new() { Timestamped = false, Approvals = 1, MoreApprovals = ", excludeStarter: true" }],
                More = $"notify: {{ command: [{JsonSerializer.Serialize(program)}, {JsonSerializer.Serialize(Told)}], states: [pending, denied] }}\n",
            },
            CancellationToken.None);
        _controller = _node.Controller();
    }

    [TearDown]
    public async Task StopNode()
    {
        _controller.Dispose();
        await _node.DisposeAsync();
        _directory.Dispose();
    }

    [Test]
    public async Task LockAll_WhenRequestsAreOpen_DeniesThemAndLocks(CancellationToken cancellationToken)
    {
        var pending = await OpenAsync("somebody", cancellationToken);
        var approved = await OpenAsync("somebody", cancellationToken);
        await ApproveAsync(approved, cancellationToken);
        var result = await _node.RunAsync(["lock", "--all"], cancellationToken);
        Assert.That(result.ExitCode, Is.Zero, result.All);
        Assert.That(result.Output, Does.Contain("2 open requests denied").And.Contain("Token card is locked"));
        foreach (var request in new[] { pending, approved })
        {
            var refusal = await Refused.ByAsync(() => _controller.SignFileAsync(
                request.RequestId, "a.dll", new MemoryStream(Program), cancellationToken));
            Assert.That(refusal.Reason, Is.EqualTo(ErrorReason.Denied));
        }

        Assert.That(await LedgerOf.ReadAsync(_node, cancellationToken, "request-denied"), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Approve_ByTheOneWhoStartedTheBuild_IsRefused(CancellationToken cancellationToken)
    {
        var request = await OpenAsync(Environment.UserName.ToUpperInvariant(), cancellationToken);
        var refused = await ApproveAsync(request, cancellationToken);
        Assert.That(refused.ExitCode, Is.EqualTo(2), refused.All);
        Assert.That(refused.Error, Does.Contain("started the build"));
        Assert.That(await LedgerOf.ReadAsync(_node, cancellationToken, "request-approved"), Is.Empty);
    }

    [Test]
    public async Task Approve_WithTheManifestOfAnotherRequest_IsRefused(CancellationToken cancellationToken)
    {
        var one = await OpenAsync("somebody", cancellationToken);
        var other = await _controller.CreateRequestAsync(
            ControllerClient.NewRequest(Names.Job, Names.Profile, ("b.dll", [1, 2, 3])), cancellationToken);
        var refused = await _node.RunAsync(
            ["requests", "approve", other.RequestId, "--manifest", Convert.ToHexStringLower(one.ManifestSha256.Span)], cancellationToken);
        Assert.That(refused.ExitCode, Is.EqualTo(2), refused.All);
        Assert.That(await LedgerOf.ReadAsync(_node, cancellationToken, "request-approved"), Is.Empty);
    }

    [Test]
    public async Task SignFile_WhenTheFileChangedAfterItsApproval_IsRefused(CancellationToken cancellationToken)
    {
        var request = await OpenAsync("somebody", cancellationToken);
        await ApproveAsync(request, cancellationToken);
        var changed = Program.ToArray();
        changed[^1] ^= 1;
        var refusal = await Refused.ByAsync(() => _controller.SignFileAsync(
            request.RequestId, "a.dll", new MemoryStream(changed), cancellationToken));
        Assert.That(refusal.Reason, Is.EqualTo(ErrorReason.ManifestMismatch).Or.EqualTo(ErrorReason.UploadCorrupt));
        Assert.That(await LedgerOf.ReadAsync(_node, cancellationToken, "file-signed"), Is.Empty);
        Assert.That(await LedgerOf.ReadAsync(_node, cancellationToken, "file-failed"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Show_WhenAFileOfThatNameWasSignedBefore_ShowsItsHash(CancellationToken cancellationToken)
    {
        var first = await OpenAsync("somebody", cancellationToken);
        await ApproveAsync(first, cancellationToken);
        await _controller.SignFileAsync(first.RequestId, "a.dll", new MemoryStream(Program), cancellationToken);
        var second = await _controller.CreateRequestAsync(
            ControllerClient.NewRequest(Names.Job, Names.Profile, ("a.dll", [.. Program, 0])), cancellationToken);
        var shown = await _node.RunAsync(["requests", "show", second.RequestId], cancellationToken);
        Assert.That(shown.Output, Does.Contain("Signed before").And.Contain(
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Program))));
        Assert.That(shown.Output, Does.Contain("build #17"));
    }

    [Test]
    public async Task Watch_WhenARequestIsOpened_PrintsIt(CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var request = await OpenAsync("somebody", cancellationToken);
        using var watch = new System.Diagnostics.Process
        {
            StartInfo = new(SignetCommand.Executable, ["requests", "watch", "--json", "--config", _node.Files.Configuration])
            {
                RedirectStandardOutput = true,
            },
        };
        watch.Start();
        var line = await watch.StandardOutput.ReadLineAsync(cancellationToken);
        // As Ctrl+C; but that signal is ignored below a shell that runs the tests in the background.
        await Signal.SendAsync(watch.Id, "TERM", cancellationToken);
        await watch.WaitForExitAsync(cancellationToken);
        Assert.That(line, Does.Contain(request.RequestId));
        Assert.That(watch.ExitCode, Is.EqualTo(130));
    }

    [Test]
    public async Task Notify_WhenTheProgramFails_WasToldAndChangesNothing(CancellationToken cancellationToken)
    {
        var request = await OpenAsync("somebody", cancellationToken);
        await Eventually.TrueAsync(() => Task.FromResult(Lines().Length == 1), "a notice", cancellationToken);
        using var notice = JsonDocument.Parse(Lines()[0]);
        Assert.That(
            notice.RootElement.GetProperty("request").GetProperty("requestId").GetString(), Is.EqualTo(request.RequestId));
        await Eventually.TrueAsync(
            () => Task.FromResult(_node.Agent.Output.Contains("ended with 3", StringComparison.Ordinal)), "a line in the log",
            cancellationToken);

        Assert.That((await ApproveAsync(request, cancellationToken)).ExitCode, Is.Zero);
        await _controller.SignFileAsync(request.RequestId, "a.dll", new MemoryStream(Program), cancellationToken);
        Assert.That(Lines(), Has.Length.EqualTo(1), "the states in between were not asked for");
    }

    private string[] Lines() => File.Exists(Told) ? File.ReadAllLines(Told) : [];

    private Task<SigningRequest> OpenAsync(string startedBy, CancellationToken cancellationToken)
    {
        var request = ControllerClient.NewRequest(Names.Job, Names.Profile, ("a.dll", Program));
        request.Build.StartedBy = startedBy;
        return _controller.CreateRequestAsync(request, cancellationToken);
    }

    private Task<ProgramResult> ApproveAsync(SigningRequest request, CancellationToken cancellationToken) => _node.RunAsync(
        ["requests", "approve", request.RequestId, "--manifest", Convert.ToHexStringLower(request.ManifestSha256.Span)],
        cancellationToken);
}
