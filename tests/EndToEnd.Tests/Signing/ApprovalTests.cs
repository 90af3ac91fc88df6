using Signet.EndToEnd.Tests.Node;
using Signet.Protocol.V1;
using Signet.Testing.Agent;

namespace Signet.EndToEnd.Tests.Signing;

/// <summary>A profile with approvals signs what an operator approved, and nothing else.</summary>
[CancelAfter(120_000)]
public sealed class ApprovalTests
{
    private static readonly byte[] Program = File.ReadAllBytes(SampleProgram.Library);

    private AgentEnvironment _node = null!;

    [OneTimeSetUp]
    public async Task StartNode() => _node = await AgentEnvironment.StartUnlockedAsync(
        new AgentOptions { Profiles = [new() { Approvals = 1, Timestamped = false }] }, CancellationToken.None);

    [OneTimeTearDown]
    public async Task StopNode() => await _node.DisposeAsync();

    [Test]
    public async Task SignFile_BeforeApproval_IsNotApproved(CancellationToken cancellationToken)
    {
        using var caller = _node.Controller();
        var request = await OpenAsync(caller, cancellationToken);
        var refusal = await Refused.ByAsync(
            () => caller.SignFileAsync(request.RequestId, "a.dll", new MemoryStream(Program), cancellationToken));
        Assert.That(request.State, Is.EqualTo(RequestState.Pending));
        Assert.That(refusal.Reason, Is.EqualTo(ErrorReason.NotApproved));
    }

    [Test]
    public async Task SignFile_AfterApproval_SignsAndRecordsWhoApproved(CancellationToken cancellationToken)
    {
        using var caller = _node.Controller();
        var request = await OpenAsync(caller, cancellationToken);
        using var watch = caller.Stub.WatchRequest(
            new WatchRequestRequest { RequestId = request.RequestId }, caller.Headers, cancellationToken: cancellationToken);
        await watch.ResponseStream.MoveNext(cancellationToken);
        Assert.That(watch.ResponseStream.Current.Request.State, Is.EqualTo(RequestState.Pending));

        var approved = await _node.RunAsync(["requests", "approve", request.RequestId, "--manifest", Convert.ToHexStringLower(request.ManifestSha256.Span)], cancellationToken);
        Assert.That(approved.ExitCode, Is.Zero, approved.All);
        await watch.ResponseStream.MoveNext(cancellationToken);
        Assert.That(watch.ResponseStream.Current.Request.State, Is.EqualTo(RequestState.Approved));

        await caller.SignFileAsync(request.RequestId, "a.dll", new MemoryStream(Program), cancellationToken);
        var record = (await LedgerOf.ReadAsync(_node, cancellationToken, "file-signed"))
            .Single(seen => seen.Text("requestId") == request.RequestId);
        Assert.That(record.Text("approvedBy"), Does.Contain(Environment.UserName));
    }

    [Test]
    public async Task SignFile_AfterDenial_IsDeniedWithTheOperatorsReason(CancellationToken cancellationToken)
    {
        using var caller = _node.Controller();
        var request = await OpenAsync(caller, cancellationToken);
        var denied = await _node.RunAsync(
            ["requests", "deny", request.RequestId, "--reason", "wrong branch"], cancellationToken);
        Assert.That(denied.ExitCode, Is.Zero, denied.All);
        var refusal = await Refused.ByAsync(
            () => caller.SignFileAsync(request.RequestId, "a.dll", new MemoryStream(Program), cancellationToken));
        Assert.That(refusal.Reason, Is.EqualTo(ErrorReason.Denied));
        Assert.That(refusal.Message, Does.Contain("wrong branch"));
    }

    [Test]
    public async Task SignFile_WhenTheProfileAsksForApprovalsSinceTheRequest_IsNotApproved(CancellationToken cancellationToken)
    {
        var automatic = new AgentOptions { Profiles = [new() { Timestamped = false }] };
        await using var node = await AgentEnvironment.StartUnlockedAsync(automatic, cancellationToken);
        using var caller = node.Controller();
        var request = await OpenAsync(caller, cancellationToken);
        Assert.That(request.State, Is.EqualTo(RequestState.Approved));

        node.WriteConfiguration(automatic with { Profiles = [new() { Timestamped = false, Approvals = 1 }] });
        var reloaded = await node.RunAsync(["config", "reload"], cancellationToken);
        Assert.That(reloaded.ExitCode, Is.Zero, reloaded.All);
        var refusal = await Refused.ByAsync(
            () => caller.SignFileAsync(request.RequestId, "a.dll", new MemoryStream(Program), cancellationToken));
        Assert.That(refusal.Reason, Is.EqualTo(ErrorReason.NotApproved));
    }

    [Test]
    public async Task SignFile_WhenTheGrantWasTakenBackSinceTheRequest_IsNotGranted(CancellationToken cancellationToken)
    {
        var granted = new AgentOptions { Profiles = [new() { Timestamped = false }] };
        await using var node = await AgentEnvironment.StartUnlockedAsync(granted, cancellationToken);
        using var caller = node.Controller();
        var request = await OpenAsync(caller, cancellationToken);

        node.WriteConfiguration(granted with { Grants = [new() { Jobs = [Names.OtherJob] }] });
        await node.RunAsync(["config", "reload"], cancellationToken);
        var refusal = await Refused.ByAsync(
            () => caller.SignFileAsync(request.RequestId, "a.dll", new MemoryStream(Program), cancellationToken));
        Assert.That(refusal.Reason, Is.EqualTo(ErrorReason.NotGranted));
        Assert.That(await LedgerOf.ReadAsync(node, cancellationToken, "configuration-loaded"), Has.Count.EqualTo(2));
    }

    private static Task<SigningRequest> OpenAsync(ControllerClient caller, CancellationToken cancellationToken) =>
        caller.CreateRequestAsync(
            ControllerClient.NewRequest(Names.Job, Names.Profile, ("a.dll", Program)), cancellationToken);
}
