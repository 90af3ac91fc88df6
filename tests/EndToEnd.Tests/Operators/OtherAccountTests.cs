using Signet.EndToEnd.Tests.Node;
using Signet.Protocol.V1;
using Signet.Testing.Agent;

namespace Signet.EndToEnd.Tests.Operators;

/// <summary>An account of the signing node that is no operator can do nothing with its agent, and the attempt is on record.</summary>
[CancelAfter(120_000)]
public sealed class OtherAccountTests
{
    private AgentEnvironment _node = null!;
    private OtherAccount _account = null!;

    [OneTimeSetUp]
    public async Task StartNode()
    {
        _account = OtherAccount.Create();
        _node = await AgentEnvironment.StartUnlockedAsync(
            new AgentOptions { Profiles = [new() { Timestamped = false, Approvals = 1 }] }, CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task StopNode()
    {
        await _node.DisposeAsync();
        _account.Dispose();
    }

    [TestCase("status")]
    [TestCase("lock card")]
    [TestCase("requests list")]
    [TestCase("requests deny 00000000-0000-4000-8000-000000000000 --reason no")]
    [TestCase("config reload")]
    [TestCase("audit search")]
    [TestCase("audit verify")]
    [TestCase("audit export")]
    public async Task Command_ByAnAccountThatIsNoOperator_IsRefusedAndRecorded(string command, CancellationToken cancellationToken)
    {
        var before = await LedgerOf.SizeAsync(_node, cancellationToken);
        var result = await _account.RunAsync([.. command.Split(' '), "--run", _node.Files.Run], cancellationToken);
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(2), result.All);
            Assert.That(result.Error, Does.Contain("'nobody'"));
            Assert.That(result.Output, Is.Empty);
        });

        var records = await LedgerOf.ReadAsync(_node, cancellationToken, "operator-refused", before);
        Assert.That(records, Is.Not.Empty);
        Assert.That(records[^1].Actor, Is.EqualTo("account:nobody"));
        Assert.That((await _node.Agent.GetStatusAsync(cancellationToken)).Tokens.Single().State, Is.EqualTo(TokenState.Ready));
    }

    [TestCase("status")]
    [TestCase("unlock card --pin-stdin")]
    public async Task Command_WhereTheSocketsBelongToAGroup_DoesNotReachThem(string command, CancellationToken cancellationToken)
    {
        await using var node = await AgentEnvironment.StartUnlockedAsync(
            new AgentOptions { Profiles = [new() { Timestamped = false }], More = "operatorsGroup: daemon\n" }, cancellationToken);
        var before = await LedgerOf.SizeAsync(node, cancellationToken);

        var result = await _account.RunAsync([.. command.Split(' '), "--run", node.Files.Run], cancellationToken, "999999\n");

        Assert.That(result.ExitCode, Is.EqualTo(2), result.All);
        Assert.That(result.Error, Does.Contain("operatorsGroup"));
        Assert.That(await LedgerOf.ReadAsync(node, cancellationToken, from: before), Is.Empty);
    }

    [Test]
    public async Task Unlock_ByAnAccountThatIsNoOperator_TriesNoPin(CancellationToken cancellationToken)
    {
        var before = await LedgerOf.SizeAsync(_node, cancellationToken);
        var result = await _account.RunAsync(
            ["unlock", Names.Token, "--pin-stdin", "--run", _node.Files.Run], cancellationToken, "999999\n");
        Assert.That(result.ExitCode, Is.EqualTo(2), result.All);
        var status = await _node.Agent.GetStatusAsync(cancellationToken);
        Assert.That(status.Tokens.Single().PinCounter, Is.EqualTo(PinCounter.Full));
        Assert.That(await LedgerOf.ReadAsync(_node, cancellationToken, "token-unlock-failed", before), Is.Empty);
    }

    [Test]
    public async Task Approve_ByAnAccountThatIsNoOperator_LeavesTheRequestPending(CancellationToken cancellationToken)
    {
        using var caller = _node.Controller();
        var request = await caller.CreateRequestAsync(
            ControllerClient.NewRequest(Names.Job, Names.Profile, ("a.dll", [1])), cancellationToken);
        var result = await _account.RunAsync(
            ["requests", "approve", request.RequestId, "--manifest", Convert.ToHexStringLower(request.ManifestSha256.Span),
                "--run", _node.Files.Run], cancellationToken);
        Assert.That(result.ExitCode, Is.EqualTo(2), result.All);
        var shown = await _node.RunAsync(["requests", "show", request.RequestId], cancellationToken);
        Assert.That(shown.Output, Does.Contain("waits").Or.Contain("pending").IgnoreCase);
    }
}
