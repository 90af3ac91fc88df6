using Signet.EndToEnd.Tests.Node;
using Signet.Protocol.V1;
using Signet.Testing.Agent;
using Signet.Testing.Tools;

namespace Signet.EndToEnd.Tests.Operators;

/// <summary>Who counts as an approver: operators whom the profile names, each of them once; and every refusal is on record.</summary>
[CancelAfter(120_000)]
public sealed class ApproverTests
{
    private const string One = "one";
    private const string Two = "two";

    // Accounts that every Debian has.
    private const string First = OtherAccount.Nobody;
    private const string Second = "daemon";

    private AgentEnvironment _node = null!;
    private OtherAccount _account = null!;
    private ControllerClient _controller = null!;
    private long _before;

    [OneTimeSetUp]
    public async Task StartNode()
    {
        _account = OtherAccount.Create();
        _node = await AgentEnvironment.CreateAsync(
            new AgentOptions
            {
                Operators = [First, Second],
                Profiles =
                [
                    new() { Name = One, Timestamped = false, Approvals = 1, Approvers = [First] },
                    new() { Name = Two, Timestamped = false, Approvals = 2 },
                ],
                Grants = [new() { Profiles = [One, Two] }],
            },
            CancellationToken.None);
        await _node.StartAgentAsync(CancellationToken.None);
        _controller = _node.Controller();
    }

    [OneTimeTearDown]
    public async Task StopNode()
    {
        _controller.Dispose();
        await _node.DisposeAsync();
        _account.Dispose();
    }

    [SetUp]
    public async Task Remember() => _before = await LedgerOf.SizeAsync(_node, CancellationToken.None);

    [Test]
    public async Task Approve_ByAnOperatorWhomTheProfileDoesNotName_IsRefusedAndRecorded(CancellationToken cancellationToken)
    {
        var request = await OpenAsync(One, cancellationToken);
        var refused = await ApproveAsync(request, Second, cancellationToken);
        Assert.That(refused.ExitCode, Is.EqualTo(2), refused.All);
        Assert.That(refused.Error, Does.Contain("not one of the operators who decide"));
        await IsRefusedOnRecordAsync("operator:" + Second, request.RequestId, cancellationToken);
        Assert.That((await ApproveAsync(request, First, cancellationToken)).Output, Does.Contain("is approved"));
    }

    [Test]
    public async Task Approve_ByRootWhoIsNoOperator_IsRefusedAndRecorded(CancellationToken cancellationToken)
    {
        var request = await OpenAsync(One, cancellationToken);
        var refused = await _node.RunAsync(Approval(request), cancellationToken);
        Assert.That(refused.ExitCode, Is.EqualTo(2), refused.All);
        var records = await LedgerOf.ReadAsync(_node, cancellationToken, "operator-refused", _before);
        Assert.That(records.Select(record => record.Actor), Does.Contain("account:root"));
        Assert.That((await ApproveAsync(request, First, cancellationToken)).Output, Does.Contain("is approved"));
    }

    [Test]
    public async Task Approve_TwiceByTheSameOperator_CountsOnce(CancellationToken cancellationToken)
    {
        var request = await OpenAsync(Two, cancellationToken);
        Assert.That((await ApproveAsync(request, First, cancellationToken)).Output, Does.Contain("1 of 2"));
        var again = await ApproveAsync(request, First, cancellationToken);
        Assert.That(again.Error, Does.Contain("another operator has to"));
        Assert.That((await ApproveAsync(request, Second, cancellationToken)).Output, Does.Contain("is approved, with 2 of 2"));
    }

    [Test]
    public async Task Approve_WithAnotherManifest_IsRefusedAndRecorded(CancellationToken cancellationToken)
    {
        var request = await OpenAsync(One, cancellationToken);
        var other = request.Clone();
        other.ManifestSha256 = Google.Protobuf.ByteString.CopyFrom(new byte[32]);
        var refused = await ApproveAsync(other, First, cancellationToken);
        Assert.That(refused.ExitCode, Is.EqualTo(2), refused.All);
        await IsRefusedOnRecordAsync("operator:" + First, request.RequestId, cancellationToken);
    }

    private static string[] Approval(SigningRequest request) =>
        ["requests", "approve", request.RequestId, "--manifest", Convert.ToHexStringLower(request.ManifestSha256.Span)];

    private async Task IsRefusedOnRecordAsync(string actor, string requestId, CancellationToken cancellationToken)
    {
        var records = await LedgerOf.ReadAsync(_node, cancellationToken, "operator-refused", _before);
        Assert.That(
            records.Where(record => record.Actor == actor).Select(record => record.Text("requestId")), Does.Contain(requestId));
        Assert.That(await LedgerOf.ReadAsync(_node, cancellationToken, "request-approved", _before), Is.Empty);
    }

    private Task<SigningRequest> OpenAsync(string profile, CancellationToken cancellationToken) =>
        _controller.CreateRequestAsync(ControllerClient.NewRequest(Names.Job, profile, ("a.dll", [1])), cancellationToken);

    private Task<ProgramResult> ApproveAsync(SigningRequest request, string account, CancellationToken cancellationToken) =>
        _account.RunAsync([.. Approval(request), "--run", _node.Files.Run], cancellationToken, name: account);
}
