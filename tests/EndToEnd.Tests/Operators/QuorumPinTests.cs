using Signet.Protocol.V1;
using Signet.Testing.Agent;
using Signet.Testing.SoftHsm;
using Signet.Testing.Tools;

namespace Signet.EndToEnd.Tests.Operators;

/// <summary>The PIN that a quorum gives a token, with tokens that say little of theirs, and what is refused before it changes.</summary>
[CancelAfter(300_000)]
public sealed class QuorumPinTests
{
    private QuorumNode _node = null!;
    private string _alice = null!;
    private string _bob = null!;
    private string _carol = null!;

    private FaultyModule Module => _node.Lane.Module;

    [OneTimeSetUp]
    public async Task StartNode()
    {
        _node = await QuorumNode.StartAsync("n", 3, CancellationToken.None);
        (_alice, _bob, _carol) = (_node.Accounts[0], _node.Accounts[1], _node.Accounts[2]);
    }

    [OneTimeTearDown]
    public async Task StopNode() => await _node.DisposeAsync();

    [SetUp]
    public async Task ForgetQuorum()
    {
        await _node.ResetAsync(CancellationToken.None);
        Module.ForgetCalls();
    }

    [TestCase("pin-lengths 0 0")]
    [TestCase("pin-lengths 4 0")]
    [TestCase("pin-lengths -1 -1")]
    [TestCase("pin-lengths 40 255")]
    [TestCase("pin-lengths 4 8")]
    [TestCase("C_SetPIN wants-login")]
    public async Task Create_WithATokenThatSaysSo_MakesAQuorumThatUnlocks(string script, CancellationToken cancellationToken)
    {
        Module.Do(script);
        await CreateAsync(cancellationToken);
        await UnlockAsync(_alice, _bob, cancellationToken);
    }

    [TestCase("pin-lengths 0 0")]
    [TestCase("pin-lengths 0 -1")]
    public async Task Create_WhenTheTokenDoesNotTakeALongPin_LeavesTheOldPin(string lengths, CancellationToken cancellationToken)
    {
        Module.Do(lengths, "C_SetPIN 0xa2");
        var refused = await _node.CreateAsync(2, [_alice, _bob], cancellationToken);
        Assert.That(refused.ExitCode, Is.EqualTo(2), refused.All);
        Assert.That(refused.Error, Does.Contain("its PIN is unchanged").And.Contain("32 characters"));
        Module.Do();
        await CreateAsync(cancellationToken);
        await UnlockAsync(_alice, _bob, cancellationToken);
    }

    [TestCase("pin-lengths 8 4", "no PIN can")]
    [TestCase("pin-lengths 300 0", "no PIN can")]
    [TestCase("pin-pad 1234", "on a pad")]
    [TestCase("token-flags 0x40000", "blocked")]
    [TestCase("token-flags 0x20000", "--final-try")]
    public async Task Create_WithATokenThatCannotHaveOne_AsksForNoPin(string script, string why, CancellationToken cancellationToken)
    {
        Module.Do(script);
        await DemandRefusedAsync(why, cancellationToken, "quorum", "create", Names.Token, "--threshold", "1", "--operator", _alice);
        Assert.That(Module.Calls, Has.None.EqualTo("C_Login").And.None.EqualTo("C_SetPIN"));
    }

    [Test]
    public async Task Create_WithAWrongPinAtATokenThatWantsALogin_TriesItOnce(CancellationToken cancellationToken)
    {
        Module.Do("C_SetPIN wants-login");
        var refused = await _node.Environment.RunAsync(
            ["quorum", "create", Names.Token, "--threshold", "2", "--operator", _alice, _bob, "--pin-stdin"], cancellationToken, "000000\n");
        Assert.That(refused.ExitCode, Is.EqualTo(2), refused.All);
        Assert.That(Module.Logins, Is.EqualTo(1));
        await CreateAsync(cancellationToken);
        await UnlockAsync(_alice, _bob, cancellationToken);
    }

    [Test]
    public async Task Create_WhenTheTokenKeepsItsOldPinAndSaysOtherwise_ForgetsNothing(CancellationToken cancellationToken)
    {
        // CKR_OK, and nothing done.
        Module.Do("C_SetPIN 0x0");
        var failed = await _node.CreateAsync(2, [_alice, _bob], cancellationToken);
        Assert.That(failed.ExitCode, Is.EqualTo(4), failed.All);
        Assert.That(failed.Error, Does.Contain("a login with it did not succeed"));
        Assert.That(Module.Logins, Is.EqualTo(1));
        Module.Do();
        await CreateAsync(cancellationToken);
        await UnlockAsync(_alice, _bob, cancellationToken);
    }

    [Test]
    public async Task Replace_WhenTheTokenKeepsItsOldPinAndSaysOtherwise_LeavesTheOldQuorum(CancellationToken cancellationToken)
    {
        await CreateAsync(cancellationToken);
        Module.Do("C_SetPIN 0x0");
        await ReplaceAsync(_alice, cancellationToken, "--threshold", "2", "--remove", _bob, "--add", _carol);
        var failed = await ReplaceAsync(_bob, cancellationToken, "--threshold", "2", "--remove", _bob, "--add", _carol);
        Assert.That(failed.ExitCode, Is.EqualTo(4), failed.All);
        Module.Do();
        await UnlockAsync(_alice, _bob, cancellationToken);
        var shown = await _node.Environment.RunAsync(["quorum", "show", Names.Token], cancellationToken);
        Assert.That(shown.Output, Does.Not.Contain("broke off"));
    }

    [Test]
    public async Task Replace_WithAnImpossibleChange_AsksForNoPassphrase(CancellationToken cancellationToken)
    {
        await CreateAsync(cancellationToken);
        (string[] Change, string Why)[] impossible =
        [
            (["--remove", _bob, "--add", _bob], "named to leave and to join"),
            (["--remove", _carol], "no member"),
            (["--add", _bob], "a member of the quorum already"),
            (["--add", "nobody"], "no operator"),
            (["--add", Environment.UserName], "not enrolled"),
            (["--threshold", "3"], "3 of 2 is none"),
            (["--remove", _bob], "2 of 1 is none"),
            (["--add", _carol, "--add", _carol], "named twice"),
        ];
        foreach (var (change, why) in impossible)
        {
            var refused = await _node.RunAsync(
                _alice, ["quorum", "replace", Names.Token, "--pin-stdin", .. change], cancellationToken, string.Empty);
            Assert.That(refused.ExitCode, Is.EqualTo(2), refused.All);
            Assert.That(refused.Error, Does.Contain(why));
        }
    }

    [Test]
    public async Task Replace_WhenTheTokenIsReady_NeedsTheWord(CancellationToken cancellationToken)
    {
        await CreateAsync(cancellationToken);
        await UnlockAsync(_alice, _bob, cancellationToken);
        var stopped = await ReplaceAsync(_alice, cancellationToken, "--threshold", "1");
        Assert.That(stopped.ExitCode, Is.EqualTo(2), stopped.All);
        Assert.That(stopped.Error, Does.Contain("add --lock"));
        Assert.That(_node.Lane.State, Is.EqualTo(TokenState.Ready));
        await ReplaceAsync(_alice, cancellationToken, "--threshold", "1", "--lock");
        var done = await ReplaceAsync(_bob, cancellationToken, "--threshold", "1", "--lock");
        Assert.That(done.ExitCode, Is.Zero, done.All);
        Assert.That(done.Error, Does.Contain("is locked then"));
        await _node.UntilAsync(TokenState.Locked, cancellationToken);
    }

    [Test]
    public async Task Replace_WithTheThresholdUnchanged_GivesANewShareAfterALostPassphrase(CancellationToken cancellationToken)
    {
        var made = await _node.CreateAsync(2, [_alice, _bob, _carol], cancellationToken);
        Assert.That(made.ExitCode, Is.Zero, made.All);
        var enrolled = await _node.RunAsync(
            _carol, ["quorum", "enroll", Names.Token, "--pin-stdin"], cancellationToken, "a passphrase that is new\n");
        Assert.That(enrolled.ExitCode, Is.Zero, enrolled.All);
        Assert.That((await _node.UnlockAsync(_carol, cancellationToken, "a passphrase that is new")).Error, Does.Contain("passphrase is wrong"));
        await ReplaceAsync(_alice, cancellationToken, "--threshold", "2");
        var done = await ReplaceAsync(_bob, cancellationToken, "--threshold", "2");
        Assert.That(done.ExitCode, Is.Zero, done.All);
        await _node.UnlockAsync(_alice, cancellationToken);
        var unlocked = await _node.UnlockAsync(_carol, cancellationToken, "a passphrase that is new");
        Assert.That(unlocked.ExitCode, Is.Zero, unlocked.All);

        // The next test's own passphrase again.
        await _node.RunAsync(_carol, ["quorum", "enroll", Names.Token, "--pin-stdin"], cancellationToken, QuorumNode.PassphraseOf(_carol) + "\n");
    }

    private async Task CreateAsync(CancellationToken cancellationToken)
    {
        var made = await _node.CreateAsync(2, [_alice, _bob], cancellationToken);
        Assert.That(made.ExitCode, Is.Zero, made.All);
        await _node.UntilAsync(TokenState.Locked, cancellationToken);
    }

    private async Task UnlockAsync(string first, string second, CancellationToken cancellationToken)
    {
        await _node.UnlockAsync(first, cancellationToken);
        var unlocked = await _node.UnlockAsync(second, cancellationToken);
        Assert.That(unlocked.ExitCode, Is.Zero, unlocked.All);
        await _node.UntilAsync(TokenState.Ready, cancellationToken);
    }

    private Task<ProgramResult> ReplaceAsync(string account, CancellationToken cancellationToken, params string[] change) => _node.RunAsync(
        account, ["quorum", "replace", Names.Token, "--pin-stdin", .. change], cancellationToken, QuorumNode.PassphraseOf(account) + "\n");

    private async Task DemandRefusedAsync(string why, CancellationToken cancellationToken, params string[] arguments)
    {
        // There is nothing to read: whoever asked would fail otherwise. The host looks at its token once a second.
        await Eventually.TrueAsync(
            async () =>
            {
                var refused = await _node.Environment.RunAsync([.. arguments, "--pin-stdin"], cancellationToken, string.Empty);
                return refused.ExitCode == 2 && refused.Error.Contains(why, StringComparison.Ordinal);
            },
            $"refusal with '{why}'", cancellationToken);
    }
}
