using System.Text;
using Net.Pkcs11Interop.Common;
using Signet.EndToEnd.Tests.Node;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;
using Signet.Testing.Agent;
using Signet.Testing.SoftHsm;
using Signet.Testing.Tools;
using Signet.Tokens.Client;

namespace Signet.EndToEnd.Tests.Operators;

/// <summary>Ceremonies that go wrong, or that break off: always either the old quorum or the new one works.</summary>
[CancelAfter(300_000)]
public sealed class QuorumCeremonyTests
{
    private QuorumNode _node = null!;
    private string _alice = null!;
    private string _bob = null!;
    private string _carol = null!;

    [OneTimeSetUp]
    public async Task StartNode()
    {
        _node = await QuorumNode.StartAsync("c", 3, CancellationToken.None);
        (_alice, _bob, _carol) = (_node.Accounts[0], _node.Accounts[1], _node.Accounts[2]);
    }

    [OneTimeTearDown]
    public async Task StopNode() => await _node.DisposeAsync();

    [SetUp]
    public Task ForgetQuorum() => _node.ResetAsync(CancellationToken.None);

    [Test]
    public async Task Unlock_WithAWrongPassphrase_IsThatOperatorsErrorAndCostsNoTry(CancellationToken cancellationToken)
    {
        await CreateAsync(cancellationToken);
        var logins = _node.Lane.Module.Logins;
        var wrong = await _node.UnlockAsync(_alice, cancellationToken, "not the passphrase");
        Assert.Multiple(() =>
        {
            Assert.That(wrong.ExitCode, Is.EqualTo(2), wrong.All);
            Assert.That(wrong.Error, Does.Contain("passphrase is wrong"));
            Assert.That(_node.Lane.Module.Logins, Is.EqualTo(logins));
        });
        await UnlockAsync(cancellationToken, _alice, _bob);
    }

    [Test]
    public async Task Unlock_ByAnOperatorWhoIsNoMember_IsRefused(CancellationToken cancellationToken)
    {
        await CreateAsync(cancellationToken);
        var refused = await _node.UnlockAsync(_carol, cancellationToken);
        Assert.That(refused.ExitCode, Is.EqualTo(2), refused.All);
        Assert.That(refused.Error, Does.Contain("no member"));
        var nobody = await _node.UnlockAsync(OtherAccount.Nobody, cancellationToken);
        Assert.That(nobody.ExitCode, Is.EqualTo(2), nobody.All);
        var refusals = await LedgerOf.ReadAsync(_node.Environment, cancellationToken, "operator-refused");
        Assert.That(refusals.Select(record => record.Actor), Does.Contain("account:nobody"));
    }

    [Test]
    public async Task Unlock_WithThePinOfBeforeTheQuorum_IsRefused(CancellationToken cancellationToken)
    {
        await CreateAsync(cancellationToken);
        var token = _node.Environment.Token!;
        var refused = await ExternalProgram.RunAsync(
            "pkcs11-tool", ["--module", SoftHsmToken.ModulePath, "--slot", $"{token.Slot}", "--login", "--pin", token.UserPin, "--list-objects"],
            cancellationToken, environment: token.Environment);
        Assert.That(refused.All, Does.Contain("CKR_PIN_INCORRECT"), "the token still takes its old PIN");
    }

    [Test]
    public async Task Create_WithAWrongPin_ChangesNothing(CancellationToken cancellationToken)
    {
        var refused = await _node.Environment.RunAsync(
            ["quorum", "create", Names.Token, "--threshold", "1", "--operator", _alice, "--pin-stdin"], cancellationToken, "000000\n");
        Assert.That(refused.ExitCode, Is.EqualTo(2), refused.All);
        await CreateAsync(cancellationToken);
        await UnlockAsync(cancellationToken, _alice, _bob);
    }

    [Test]
    public async Task Test_ByTheQuorum_TriesNoPin(CancellationToken cancellationToken)
    {
        await CreateAsync(cancellationToken);
        var logins = _node.Lane.Module.Logins;
        var first = await TestAsync(_alice, cancellationToken);
        Assert.That(first.Output, Does.Contain("Your share is right").And.Contain("1/2"));
        var second = await TestAsync(_bob, cancellationToken);
        Assert.That(second.Output, Does.Contain("could unlock"));
        Assert.That(_node.Lane.Module.Logins, Is.EqualTo(logins));
        Assert.That(_node.Lane.State, Is.EqualTo(TokenState.Locked));
    }

    [Test]
    public async Task Lock_WhileSharesAreGathered_ForgetsThem(CancellationToken cancellationToken)
    {
        await CreateAsync(cancellationToken);
        await _node.UnlockAsync(_alice, cancellationToken);
        await _node.UntilAsync(TokenState.Unlocking, cancellationToken);
        await _node.Lane.LockAsync(cancellationToken);
        await _node.UntilAsync(TokenState.Locked, cancellationToken);
        var given = await _node.UnlockAsync(_bob, cancellationToken);
        Assert.That(given.Output, Does.Contain("1/2"));
    }

    [Test]
    public async Task Unlock_BehindAnOperatorWhoWasRemoved_CountsWithoutThatOne(CancellationToken cancellationToken)
    {
        await CreateAsync(cancellationToken);
        var logins = _node.Lane.Module.Logins;
        await _node.UnlockAsync(_alice, cancellationToken);
        await _node.UntilAsync(TokenState.Unlocking, cancellationToken);
        try
        {
            await _node.ReloadAsync(_node.Accounts.Where(account => account != _alice), cancellationToken);
            await _node.UntilAsync(TokenState.Locked, cancellationToken);
            var given = await _node.UnlockAsync(_bob, cancellationToken);
            Assert.That(given.Output, Does.Contain("1/2"));
            Assert.That(_node.Lane.Module.Logins, Is.EqualTo(logins), "A PIN was tried with a share that does not count.");
            var dropped = await LedgerOf.ReadAsync(_node.Environment, cancellationToken);
            Assert.That(dropped.Select(record => record.Text("detail")), Has.Some.Contains("no operator any more"));
        }
        finally
        {
            await _node.ReloadAsync(_node.Accounts, cancellationToken);
        }
    }

    [Test]
    public async Task Replace_ByTheQuorum_LocksOutTheOneWhoLeft(CancellationToken cancellationToken)
    {
        await CreateAsync(cancellationToken);
        Assert.That((await ReplaceAsync(_alice, cancellationToken)).ExitCode, Is.EqualTo(3));
        var done = await ReplaceAsync(_bob, cancellationToken);
        Assert.That(done.ExitCode, Is.Zero, done.All);
        var refused = await _node.UnlockAsync(_bob, cancellationToken);
        Assert.That(refused.Error, Does.Contain("no member"));
        await UnlockAsync(cancellationToken, _carol, _alice);
    }

    [TestCase("C_GetTokenInfo hang", false, TestName = "Create_KilledBeforeAnythingIsWritten_LeavesTheOldPin")]
    [TestCase("C_OpenSession hang", false, TestName = "Create_KilledBeforeThePinChanges_LeavesTheOldPin")]
    [TestCase("C_SetPIN hang", false, TestName = "Create_KilledWhileThePinChanges_LeavesTheOldPin")]
    [TestCase("C_SetPIN then-hang", true, TestName = "Create_KilledAfterThePinChanged_LeavesTheNewQuorum")]
    public async Task Create_Killed(string fault, bool changed, CancellationToken cancellationToken)
    {
        await KilledAtAsync(fault, () => _node.CreateAsync(2, [_alice, _bob], cancellationToken), cancellationToken);
        if (changed)
        {
            // The quorum that broke off is the only record of the PIN in force: nothing may be written over it.
            var again = await _node.CreateAsync(1, [_carol], cancellationToken);
            Assert.That(again.ExitCode, Is.EqualTo(2), again.All);
            Assert.That(again.Error, Does.Contain("broke off"));
            var replaced = await ReplaceAsync(_alice, cancellationToken);
            Assert.That(replaced.ExitCode, Is.EqualTo(2), replaced.All);
            Assert.That(replaced.Error, Does.Contain("Unlock the token once"));
        }
        else
        {
            await CreateAsync(cancellationToken);
        }

        await UnlockAsync(cancellationToken, _alice, _bob);
    }

    [Test]
    public async Task Create_WhenThePinChangeReturnsAnyValue_LeavesTheOldPin(CancellationToken cancellationToken)
    {
        var socket = _node.Environment.Files.TokenSocket(Names.Token);
        var enrolled = await _node.Environment.RunAsync(
            ["quorum", "enroll", Names.Token, "--pin-stdin"], cancellationToken, QuorumNode.PassphraseOf("root") + "\n");
        Assert.That(enrolled.ExitCode, Is.Zero, enrolled.All);
        foreach (var value in Enum.GetValues<CKR>().Where(value => value != CKR.CKR_OK).Distinct())
        {
            _node.Lane.Module.Do($"C_SetPIN 0x{(ulong)value:x}");
            await Assert.ThrowsAsync<SigningException>(
                () => TokenHostClient.CreateQuorumAsync(
                    socket, Encoding.UTF8.GetBytes(_node.Environment.Token!.UserPin),
                    new CreateQuorumRequest { Threshold = 1, Operators = { Environment.UserName } }, cancellationToken),
                $"{value}");
        }

        _node.Lane.Module.Do();
        await CreateAsync(cancellationToken);
        await UnlockAsync(cancellationToken, _alice, _bob);
    }

    [TestCase("C_GetTokenInfo hang", false, TestName = "Replace_KilledBeforeAnythingIsWritten_LeavesTheOldQuorum")]
    [TestCase("C_OpenSession hang", false, TestName = "Replace_KilledBeforeThePinChanges_LeavesTheOldQuorum")]
    [TestCase("C_SetPIN hang", false, TestName = "Replace_KilledWhileThePinChanges_LeavesTheOldQuorum")]
    [TestCase("C_SetPIN then-hang", true, TestName = "Replace_KilledAfterThePinChanged_LeavesTheNewQuorum")]
    public async Task Replace_Killed(string fault, bool changed, CancellationToken cancellationToken)
    {
        await CreateAsync(cancellationToken);
        await ReplaceAsync(_alice, cancellationToken);
        await KilledAtAsync(fault, () => ReplaceAsync(_bob, cancellationToken), cancellationToken);

        // Alice is in both; the other one decides which quorum unlocks.
        await UnlockAsync(cancellationToken, _alice, changed ? _carol : _bob);

        // What was interrupted is settled, and the quorum in force is shown.
        var shown = await _node.Environment.RunAsync(["quorum", "show", Names.Token], cancellationToken);
        Assert.That(shown.Output, Does.Not.Contain("broke off").And.Contain(changed ? _carol : _bob));
    }

    private async Task KilledAtAsync(string fault, Func<Task<ProgramResult>> act, CancellationToken cancellationToken)
    {
        var function = fault.Split(' ')[0];
        var host = _node.Lane.Status.HostProcessId;
        _node.Lane.Module.Do(fault);
        var acting = act();
        await _node.Lane.UntilCalledAsync(
            fault.EndsWith("then-hang", StringComparison.Ordinal) ? "done" : function, 1, cancellationToken);
        await Signal.SendAsync(host, "KILL", cancellationToken);
        var result = await acting;
        Assert.That(result.ExitCode, Is.Not.Zero, result.All);
        _node.Lane.Module.Do();
        await _node.Lane.UntilAsync(
            status => status.HostProcessId > 0 && status.HostProcessId != host && status.State == TokenState.Locked, cancellationToken);
    }

    private async Task CreateAsync(CancellationToken cancellationToken)
    {
        var made = await _node.CreateAsync(2, [_alice, _bob], cancellationToken);
        Assert.That(made.ExitCode, Is.Zero, made.All);
        await _node.UntilAsync(TokenState.Locked, cancellationToken);
    }

    private async Task UnlockAsync(CancellationToken cancellationToken, params string[] accounts)
    {
        foreach (var account in accounts.SkipLast(1))
        {
            var given = await _node.UnlockAsync(account, cancellationToken);
            Assert.That(given.ExitCode, Is.EqualTo(3), given.All);
        }

        var unlocked = await _node.UnlockAsync(accounts[^1], cancellationToken);
        Assert.That(unlocked.ExitCode, Is.Zero, unlocked.All);
        await _node.UntilAsync(TokenState.Ready, cancellationToken);
        Assert.That(await _node.SignsAsync(cancellationToken), Is.True);
    }

    private Task<ProgramResult> TestAsync(string account, CancellationToken cancellationToken) => _node.RunAsync(
        account, ["quorum", "test", Names.Token, "--pin-stdin"], cancellationToken, QuorumNode.PassphraseOf(account) + "\n");

    private Task<ProgramResult> ReplaceAsync(string account, CancellationToken cancellationToken) => _node.RunAsync(
        account, ["quorum", "replace", Names.Token, "--remove", _bob, "--add", _carol, "--pin-stdin"], cancellationToken,
        QuorumNode.PassphraseOf(account) + "\n");
}
