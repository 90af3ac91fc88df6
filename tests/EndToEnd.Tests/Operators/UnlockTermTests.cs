using Signet.EndToEnd.Tests.Faults;
using Signet.EndToEnd.Tests.Node;
using Signet.Protocol.V1;
using Signet.Testing.Agent;

namespace Signet.EndToEnd.Tests.Operators;

/// <summary>An unlock that ends by itself, and several tokens in one unlock.</summary>
[CancelAfter(120_000)]
public sealed class UnlockTermTests
{
    private static readonly byte[] Program = File.ReadAllBytes(SampleProgram.Library);

    private AgentEnvironment _node = null!;
    private StatusFeed _statuses = null!;
    private ControllerClient _controller = null!;

    [OneTimeSetUp]
    public async Task StartNode()
    {
        (string Name, string More)[] tokens = [("counted", ", lockAfter: { signatures: 3 }"), ("timed", ", lockAfter: { time: 2s }")];
        _node = await AgentEnvironment.CreateAsync(
            new AgentOptions
            {
                Tokens = [.. tokens.Select(token => new TokenOptions { Name = token.Name, Label = token.Name, Faulty = true, More = token.More })],
                Keys = [.. tokens.Select(token => new KeyOptions { Name = token.Name, Token = token.Name })],
                Profiles = [.. tokens.Select(token => new ProfileOptions { Name = token.Name, Key = token.Name, Timestamped = false })],
                Grants = [new() { Profiles = [.. tokens.Select(token => token.Name)] }],
            },
            CancellationToken.None);
        await _node.StartAgentAsync(CancellationToken.None);
        _statuses = await StatusFeed.StartAsync(_node, CancellationToken.None);
        _controller = _node.Controller();
    }

    [OneTimeTearDown]
    public async Task StopNode()
    {
        _controller.Dispose();
        await _statuses.DisposeAsync();
        await _node.DisposeAsync();
    }

    [Test]
    public async Task Sign_AfterTheConfiguredNumberOfSignatures_FindsALockedToken(CancellationToken cancellationToken)
    {
        var lane = Lane("counted");
        await lane.MakeReadyAsync(cancellationToken);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => lane.SignAsync(cancellationToken)));
        await lane.UntilAsync(status => status.State == TokenState.Locked, cancellationToken);
        Assert.Multiple(() =>
        {
            Assert.That(answers.Count(answer => answer.Signed is not null), Is.EqualTo(3));
            Assert.That(lane.Module.Calls.Count(call => call == "C_Sign"), Is.EqualTo(6), "each asks for its length first");
            Assert.That(
                answers.Where(answer => answer.Signed is null).Select(answer => answer.Reason), Has.All.EqualTo(ErrorReason.TokenLocked));
        });
        var locked = await LedgerOf.ReadAsync(_node, cancellationToken, "token-locked");
        Assert.That(locked.Select(record => record.Text("detail")), Has.Some.Contains("3 signatures since its unlock"));
    }

    [Test]
    public async Task Token_AfterTheConfiguredTime_IsLocked(CancellationToken cancellationToken)
    {
        var lane = Lane("timed");
        await lane.MakeReadyAsync(cancellationToken);
        Assert.That(lane.Status.LocksAt, Is.Not.Null);
        await lane.UntilAsync(status => status.State == TokenState.Locked, cancellationToken);
        Assert.That((await lane.SignAsync(cancellationToken)).Reason, Is.EqualTo(ErrorReason.TokenLocked));
        Assert.That(lane.Module.Calls.Count(call => call == "C_Logout"), Is.GreaterThanOrEqualTo(1));
    }

    private FaultLane Lane(string name) => new(_node, name, _statuses, _controller, Program);
}
