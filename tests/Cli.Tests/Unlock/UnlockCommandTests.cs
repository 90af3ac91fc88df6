using Signet.Cli.Tests.Terminals;
using Signet.Protocol.V1;
using Signet.Testing.Agent;

namespace Signet.Cli.Tests.Unlock;

[TestFixture]
public sealed class UnlockCommandTests
{
    private const int Timeout = 120_000;
    private const string Prompt = "PIN of card: ";

    [Test, CancelAfter(Timeout)]
    public async Task Unlock_WhenThePinIsTyped_UnlocksAndShowsNoneOfIt(CancellationToken cancellationToken)
    {
        await using var node = await UnlockNode.StartAsync(cancellationToken);
        await using var terminal = TerminalSession.Start(["unlock", "card", .. node.Options]);

        await terminal.WaitForAsync(Prompt, cancellationToken);
        // One character wrong and taken back, an arrow key, a whole line taken back, and then the PIN.
        await terminal.TypeAsync("x\u007f\e[Awrong\u0015" + node.Pin[..^1] + "ü\u007f" + node.Pin[^1] + "\r", cancellationToken);

        Assert.That(await terminal.WaitForExitAsync(cancellationToken), Is.Zero, terminal.Shown);
        Assert.That(node.Token.State, Is.EqualTo(TokenState.Ready));
        Assert.That(terminal.Shown, Does.Contain("no wrong PIN reported"), "what the token said before");
        Assert.That(terminal.Shown, Does.Contain("Token card is unlocked.").And.Contain("key release: ready"));
        Assert.That(terminal.Shown, Does.Contain(Prompt + "\r\n"), "nothing, not even a star, stands behind the prompt");
    }

    [Test, CancelAfter(Timeout)]
    public async Task Unlock_WhenThePinIsWrong_EndsWith2AndShowsTheCounter(CancellationToken cancellationToken)
    {
        await using var node = await UnlockNode.StartAsync(cancellationToken);
        await using var terminal = TerminalSession.Start(["unlock", "card", .. node.Options]);

        await terminal.WaitForAsync(Prompt, cancellationToken);
        await terminal.TypeAsync("not-the-pin\r", cancellationToken);

        Assert.That(await terminal.WaitForExitAsync(cancellationToken), Is.EqualTo(2), terminal.Shown);
        Assert.That(terminal.Shown, Does.Contain("The PIN is wrong").And.Contain("a wrong PIN was typed"));
        Assert.That(terminal.Shown, Does.Not.Contain("not-the-pin"));
        Assert.That(node.Token.State, Is.EqualTo(TokenState.Locked));
    }

    [Test, CancelAfter(Timeout)]
    public async Task Unlock_WhenCancelledWithCtrlC_EndsWith130AndTriesNothing(CancellationToken cancellationToken)
    {
        await using var node = await UnlockNode.StartAsync(cancellationToken);
        await using var terminal = TerminalSession.Start(["unlock", "card", .. node.Options]);

        await terminal.WaitForAsync(Prompt, cancellationToken);
        await terminal.TypeAsync("half\u0003", cancellationToken);

        Assert.That(await terminal.WaitForExitAsync(cancellationToken), Is.EqualTo(130), terminal.Shown);
        Assert.That(terminal.Shown, Does.Not.Contain("half"));
        Assert.That(node.Token.PinCounter, Is.EqualTo(PinCounter.Full));
    }

    [Test, CancelAfter(Timeout)]
    public async Task Unlock_WhenTheInputIsAPipe_TakesThePinOnlyWithTheExplicitOption(CancellationToken cancellationToken)
    {
        await using var node = await UnlockNode.StartAsync(cancellationToken);

        var refused = await node.RunAsync(["unlock", "card"], cancellationToken, node.Pin + "\n");
        var stateAfter = node.Token.State;
        var taken = await node.RunAsync(["unlock", "card", "--pin-stdin"], cancellationToken, node.Pin + "\n");
        var again = await node.RunAsync(["unlock"], cancellationToken);

        Assert.That(refused.ExitCode, Is.EqualTo(1), refused.All);
        Assert.That(refused.Error, Does.Contain("--pin-stdin"));
        Assert.That(stateAfter, Is.EqualTo(TokenState.Locked));
        Assert.That(taken.ExitCode, Is.Zero, taken.All);
        Assert.That(node.Token.State, Is.EqualTo(TokenState.Ready));
        Assert.That(again.ExitCode, Is.Zero, again.All);
        Assert.That(again.Output, Does.Contain("unlocked already"));
    }

    [Test, CancelAfter(Timeout)]
    public async Task Unlock_WhenPinStdinIsGivenAtATerminal_IsRefusedBeforeAnybodyTypes(CancellationToken cancellationToken)
    {
        await using var node = await UnlockNode.StartAsync(cancellationToken);
        await using var terminal = TerminalSession.Start(["unlock", "card", "--pin-stdin", .. node.Options]);

        Assert.That(await terminal.WaitForExitAsync(cancellationToken), Is.EqualTo(1), terminal.Shown);
        Assert.That(terminal.Shown, Does.Contain("Leave --pin-stdin out"));
    }

    [Test, CancelAfter(Timeout)]
    public async Task Unlock_WhenThePinComesAsAnArgument_IsNeverTaken(CancellationToken cancellationToken)
    {
        await using var node = await UnlockNode.StartAsync(cancellationToken);

        var second = await node.RunAsync(["unlock", "card", node.Pin], cancellationToken);
        var option = await node.RunAsync(["unlock", "card", "--pin", node.Pin], cancellationToken);
        var attached = await node.RunAsync(["unlock", "card", "--pin-stdin=" + node.Pin], cancellationToken);

        foreach (var result in new[] { second, option, attached })
        {
            Assert.That(result.ExitCode, Is.EqualTo(1), result.All);
            Assert.That(result.All, Does.Not.Contain(node.Pin));
            Assert.That(result.Error, Does.Contain("never taken from the command line"));
        }

        Assert.That(node.Token.State, Is.EqualTo(TokenState.Locked));
    }

    [Test, CancelAfter(Timeout)]
    public async Task Unlock_WhenThePinComesFromTheEnvironment_IsNotTaken(CancellationToken cancellationToken)
    {
        await using var node = await UnlockNode.StartAsync(cancellationToken);

        var result = await SignetCommand.RunAsync(
            ["unlock", "card", .. node.Options], cancellationToken,
            environment: new Dictionary<string, string> { ["SIGNET_PIN"] = node.Pin, ["PIN"] = node.Pin });

        Assert.That(result.ExitCode, Is.EqualTo(1), result.All);
        Assert.That(node.Token.State, Is.EqualTo(TokenState.Locked));
    }

    [Test, CancelAfter(Timeout)]
    public async Task Unlock_WhenTheTokenIsNotOfThisNode_SaysWhichThereAre(CancellationToken cancellationToken)
    {
        await using var node = await UnlockNode.StartAsync(cancellationToken);

        var result = await node.RunAsync(["unlock", "cards", "--pin-stdin"], cancellationToken, "1234\n");

        Assert.That(result.ExitCode, Is.EqualTo(1), result.All);
        Assert.That(result.Error, Does.Contain("no token of such a name").And.Contain("It has: card").And.Not.Contain("cards"));
    }

    [Test, CancelAfter(Timeout)]
    public async Task Lock_WhenTheAgentDoesNotAnswer_LocksTheTokenDirectly(CancellationToken cancellationToken)
    {
        await using var node = await UnlockNode.StartAsync(cancellationToken);
        var unlocked = await node.RunAsync(["unlock", "card", "--pin-stdin"], cancellationToken, node.Pin + "\n");
        await node.StopAgentAsync();

        var locked = await node.RunAsync(["lock", "--all"], cancellationToken);

        Assert.That(unlocked.ExitCode, Is.Zero, unlocked.All);
        Assert.That(locked.ExitCode, Is.Zero, locked.All);
        Assert.That(locked.Output, Does.Contain("Token card is locked."));
        Assert.That(() => node.Token.State, Is.EqualTo(TokenState.Locked).After(10).Seconds.PollEvery(20).MilliSeconds);
    }
}
