using Signet.Protocol.V1;
using Signet.Testing.Agent;

namespace Signet.EndToEnd.Tests.Faults;

/// <summary>A token that counts wrong PINs, and one with a PIN pad: what <c>signet unlock</c> does to them.</summary>
[CancelAfter(120_000)]
public sealed class PinCounterTests
{
    private AgentEnvironment _node = null!;

    [SetUp]
    public async Task StartNode()
    {
        _node = await AgentEnvironment.CreateAsync(
            new AgentOptions
            {
                Tokens = [new() { Faulty = true }],
                Profiles = [new() { Timestamped = false }],
            },
            CancellationToken.None);
        _node.Faults().Do("pin-tries 3");
        await _node.StartAgentAsync(CancellationToken.None);
        await _node.Agent.WaitForStatusAsync(
            status => status.Tokens[0] is { State: TokenState.Locked, HostProcessId: > 0 }, "locked token", CancellationToken.None);
    }

    [TearDown]
    public async Task StopNode() => await _node.DisposeAsync();

    [Test]
    public async Task Unlock_AtTheFinalTry_StopsUntilTheOperatorSaysTheWord(CancellationToken cancellationToken)
    {
        var first = await UnlockAsync("000000", cancellationToken);
        Assert.That(first.ExitCode, Is.EqualTo(2), first.All);
        var second = await UnlockAsync("000001", cancellationToken);
        Assert.That(second.Error, Does.Contain("final try").Or.Contain("one more wrong PIN").IgnoreCase);

        var logins = _node.Faults().Logins;
        var stopped = await UnlockAsync(_node.Token!.UserPin, cancellationToken);
        Assert.Multiple(() =>
        {
            Assert.That(stopped.ExitCode, Is.EqualTo(2), stopped.All);
            Assert.That(stopped.Error, Does.Contain("--final-try"));
            Assert.That(_node.Faults().Logins, Is.EqualTo(logins), "a PIN was tried");
        });

        var unlocked = await UnlockAsync(_node.Token.UserPin, cancellationToken, "--final-try");
        Assert.That(unlocked.ExitCode, Is.Zero, unlocked.All);
        var status = await _node.Agent.GetStatusAsync(cancellationToken);
        Assert.That(status.Tokens[0].PinCounter, Is.EqualTo(PinCounter.Full));
    }

    [Test]
    public async Task Unlock_AfterTheLastWrongPin_ShowsABlockedTokenAndTriesNoMore(CancellationToken cancellationToken)
    {
        await UnlockAsync("000000", cancellationToken);
        await UnlockAsync("000001", cancellationToken);
        await UnlockAsync("000002", cancellationToken, "--final-try");
        await _node.Agent.WaitForStatusAsync(
            status => status.Tokens[0].State == TokenState.Blocked, "blocked token", cancellationToken);
        var logins = _node.Faults().Logins;
        var refused = await UnlockAsync(_node.Token!.UserPin, cancellationToken, "--final-try");
        Assert.Multiple(() =>
        {
            Assert.That(refused.ExitCode, Is.EqualTo(2), refused.All);
            Assert.That(refused.Error, Does.Contain("blocked"));
            Assert.That(_node.Faults().Logins, Is.EqualTo(logins));
            Assert.That(logins, Is.EqualTo(3));
        });
    }

    [Test]
    public async Task Unlock_WithAPinPad_TakesNoPinFromTheTerminal(CancellationToken cancellationToken)
    {
        _node.Faults().Do("pin-pad " + _node.Token!.UserPin);
        await _node.Agent.WaitForStatusAsync(
            status => status.Tokens[0].UnlockMethod == UnlockMethod.PinPad, "token with a PIN pad", cancellationToken);
        var unlocked = await _node.RunAsync(["unlock", Names.Token], cancellationToken);
        Assert.Multiple(() =>
        {
            Assert.That(unlocked.ExitCode, Is.Zero, unlocked.All);
            Assert.That(unlocked.Error, Does.Contain("Type the PIN on the pad"));
        });
    }

    private Task<Testing.Tools.ProgramResult> UnlockAsync(
        string pin, CancellationToken cancellationToken, params string[] more) =>
        _node.RunAsync(["unlock", Names.Token, "--pin-stdin", .. more], cancellationToken, pin + "\n");
}
