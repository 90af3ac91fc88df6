using Signet.Protocol.Errors;
using Signet.Protocol.V1;
using Signet.Testing.Stacks;
using Signet.Tokens.Client;

namespace Signet.Tokens.Tests.Stacks;

/// <summary>Modules of many makers, each from its unlock to a host that was killed. Leaves artifacts/test/tokens.json.</summary>
[TestFixture]
[CancelAfter(120_000)]
internal sealed class TokenStackTests
{
    private static IEnumerable<string> WithPin => TokenStacks.WithPin.Keys;

    private static IEnumerable<string> WithoutPin => TokenStacks.WithoutPin.Keys;

    [TestCaseSource(nameof(WithPin))]
    public async Task Stack_WhenItWantsAPin_SignsOnlyAfterTheRightOne(string name, CancellationToken cancellationToken)
    {
        await using var stack = await TokenStacks.WithPin[name](cancellationToken);
        await using var running = await StackUnderTest.StartAsync(stack, UnlockMethod.Pin, cancellationToken);
        await running.IsLockedAsync(cancellationToken);
        running.IsDescribed(UnlockMethod.Pin);

        // As long as the right one, so that the token compares it.
        var wrong = new string([.. stack.Pin!.Select(digit => digit == '9' ? '8' : '9')]);
        var refused = await Assert.ThrowsAsync<SigningException>(() => running.Host.UnlockAsync(wrong, cancellationToken));
        Assert.That(refused!.Reason, Is.EqualTo(ErrorReason.InvalidRequest), refused.Message);
        await running.Host.IsRecordedAsync(TokenEventKind.UnlockFailed, cancellationToken);
        await running.IsLockedAsync(cancellationToken);
        running.IsCounted();
        running.Report.Passed("wrong PIN refused");

        await running.Host.MakeReadyAsync(stack.Pin!, cancellationToken);
        await running.SignsAsync(cancellationToken);
        running.Report.Passed("unlock");
        running.Report.Passed("sign");

        await running.KillHostAsync(cancellationToken);
        await running.IsLockedAsync(cancellationToken);
        running.Report.Passed("locked after the host was killed");

        await running.Host.MakeReadyAsync(stack.Pin!, cancellationToken);
        await running.SignsAsync(cancellationToken);
        running.Report.Passed("unlock after that");

        await running.LockAsync(cancellationToken);
        await running.IsLockedAsync(cancellationToken);
        running.Report.Passed("lock");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(running.UnlocksBy(), Is.EqualTo(new[] { Environment.UserName, Environment.UserName }));
            Assert.That(running.Host.Sink.Kinds.Count(kind => kind == TokenEventKind.UnlockFailed), Is.EqualTo(1));
            Assert.That(await stack.CountWrongPinsAsync(cancellationToken), Is.EqualTo(1).Or.Null);
        }

        running.Report.Passed("wrong PIN tried once");
        running.Report.Write(stack, running.Host);
    }

    [TestCaseSource(nameof(WithoutPin))]
    public async Task Stack_WhenItNeedsNoPin_IsReadyByItselfUnlessAnOperatorLockedIt(string name, CancellationToken cancellationToken)
    {
        await using var stack = await TokenStacks.WithoutPin[name](cancellationToken);
        await using var running = await StackUnderTest.StartAsync(stack, UnlockMethod.None, cancellationToken);
        await running.Host.StateBecomesAsync(TokenState.Ready, cancellationToken);
        running.IsDescribed(UnlockMethod.None);
        await running.SignsAsync(cancellationToken);
        running.Report.Passed("ready by itself");
        running.Report.Passed("sign");

        await running.KillHostAsync(cancellationToken);
        await running.Host.StateBecomesAsync(TokenState.Ready, cancellationToken);
        await running.SignsAsync(cancellationToken);
        running.Report.Passed("ready after the host was killed");

        await running.LockAsync(cancellationToken);
        await running.IsLockedAsync(cancellationToken);
        await running.KillHostAsync(cancellationToken);
        await running.IsLockedAsync(cancellationToken);
        running.Report.Passed("locked by an operator, also after the host was killed");

        await TokenHostClient.UnlockWithoutPinAsync(running.Host.SocketPath, cancellationToken);
        await running.Host.StateBecomesAsync(TokenState.Ready, cancellationToken);
        await running.SignsAsync(cancellationToken);
        running.Report.Passed("unlock by an operator's word");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(running.UnlocksBy(), Is.EqualTo(new[] { string.Empty, string.Empty, Environment.UserName }));
            Assert.That(running.Host.Sink.Kinds, Has.None.EqualTo(TokenEventKind.UnlockFailed));
            Assert.That(await stack.CountWrongPinsAsync(cancellationToken), Is.Zero.Or.Null);
        }

        running.Report.Passed("no PIN tried");
        running.Report.Write(stack, running.Host);
    }

    [TestCase("openpgp-card")]
    [TestCase("gids-card")]
    [TestCase("piv-open")]
    public async Task Card_WhenItIsPulledAndPushedBack_IsLockedUnlessItNeedsNoPin(string name, CancellationToken cancellationToken)
    {
        var needsPin = TokenStacks.WithPin.TryGetValue(name, out var start);
        await using var card = (CardSetup)await (start ?? TokenStacks.WithoutPin[name])(cancellationToken);
        await using var running = await StackUnderTest.StartAsync(card, needsPin ? UnlockMethod.Pin : UnlockMethod.None, cancellationToken);
        if (needsPin)
        {
            await running.Host.MakeReadyAsync(card.Pin!, cancellationToken);
        }

        await running.Host.StateBecomesAsync(TokenState.Ready, cancellationToken);
        await running.SignsAsync(cancellationToken);
        await card.Card.PullAsync();
        await running.Host.StateBecomesAsync(TokenState.Absent, cancellationToken);
        await card.Card.PushAsync(cancellationToken);
        await running.Host.StateBecomesAsync(needsPin ? TokenState.Locked : TokenState.Ready, cancellationToken);

        Assert.That(card.Card.Tries, Is.EqualTo(3));
    }

    [TestCaseSource(nameof(WithoutPin))]
    public async Task Stack_WhenAnOperatorsWordMakesItReady_IsLockedUntilThen(string name, CancellationToken cancellationToken)
    {
        await using var stack = await TokenStacks.WithoutPin[name](cancellationToken);
        await using var running = await StackUnderTest.StartAsync(stack, UnlockMethod.Operator, cancellationToken);
        await running.IsLockedAsync(cancellationToken);
        running.IsDescribed(UnlockMethod.Operator);

        await TokenHostClient.UnlockWithoutPinAsync(running.Host.SocketPath, cancellationToken);
        await running.Host.StateBecomesAsync(TokenState.Ready, cancellationToken);
        await running.SignsAsync(cancellationToken);
        running.Report.Passed("unlock by an operator's word");
        running.Report.Passed("sign");

        await running.KillHostAsync(cancellationToken);
        await running.IsLockedAsync(cancellationToken);
        running.Report.Passed("locked after the host was killed");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(running.UnlocksBy(), Is.EqualTo(new[] { Environment.UserName }));
            Assert.That(await stack.CountWrongPinsAsync(cancellationToken), Is.Zero.Or.Null);
        }

        running.Report.Passed("no PIN tried");
        running.Report.Write(stack, running.Host);
    }
}
