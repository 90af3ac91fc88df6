using System.Diagnostics;
using System.Text;
using Signet.EndToEnd.Tests.Faults;
using Signet.EndToEnd.Tests.Node;
using Signet.Protocol.V1;
using Signet.Testing.Agent;
using Signet.Testing.Cards;
using Signet.Testing.Judges;
using Signet.Testing.Tools;
using Signet.Tokens.Client;

namespace Signet.EndToEnd.Tests.Cards;

/// <summary>The stack that real smartcards use: OpenSC, pcscd, a reader, and a PIV card that is pulled and pushed back.</summary>
[CancelAfter(180_000)]
public sealed class SmartcardTests
{
    private const string Signature = "signature";
    private const string Authentication = "authentication";

    private static readonly byte[] Program = File.ReadAllBytes(SampleProgram.Library);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(6);

    private SmartcardReader _reader = null!;
    private AgentEnvironment _node = null!;
    private StatusFeed _statuses = null!;
    private ControllerClient _controller = null!;

    [OneTimeSetUp]
    public async Task StartNode()
    {
        _reader = await SmartcardReader.StartAsync(VirtualCard.Piv, CancellationToken.None);
        _node = await AgentEnvironment.CreateAsync(
            new AgentOptions
            {
                Tokens = [new() { Label = VirtualCard.Piv.TokenLabel, Module = SmartcardReader.ModulePath, Pin = VirtualCard.Piv.Pin }],
                Keys =
                [
                    new() { Name = Authentication, Label = "PIV AUTH key", PublicKey = _reader.PublicKeyOf("9a") },
                    new() { Name = Signature, Label = "SIGN key", PublicKey = _reader.PublicKeyOf("9c") },
                ],
                Profiles =
                [
                    new() { Name = Authentication, Key = Authentication, Timestamped = false },
                    new() { Name = Signature, Key = Signature, Timestamped = false, Approvals = 1 },
                ],
                Grants = [new() { Profiles = [Authentication, Signature] }],
                Sessions = 1,
                TokenDeadline = "6s",
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
        await _reader.DisposeAsync();
    }

    [SetUp]
    public async Task UnlockCardAsync()
    {
        // As a test that failed may have left it.
        await _reader.HealAsync(CancellationToken.None);
        await UnlockAsync(CancellationToken.None);
    }

    [TearDown]
    public void CountTries() => Assert.That(_reader.Tries, Is.EqualTo(3), "a PIN try was spent");

    [Test]
    public async Task Sign_WithAnRsaKeyOnTheCard_IsAcceptedByTheJudge(CancellationToken cancellationToken) =>
        await JudgeAsync(await SignAsync(Authentication, cancellationToken), cancellationToken);

    [Test]
    public async Task Sign_WithAKeyThatWantsThePinAtEachUse_TakesItFromEachApproval(CancellationToken cancellationToken)
    {
        for (var round = 0; round < 2; round++)
        {
            var request = await _controller.CreateRequestAsync(
                ControllerClient.NewRequest(Names.Job, Signature, ("a.dll", Program)), cancellationToken);
            var approved = await _node.RunAsync(
                ["requests", "approve", request.RequestId, "--manifest", Convert.ToHexStringLower(request.ManifestSha256.Span), "--pin-stdin"],
                cancellationToken, VirtualCard.Piv.Pin + "\n");
            Assert.That(approved.ExitCode, Is.Zero, approved.All);
            var signed = await _controller.SignFileAsync(request.RequestId, "a.dll", new MemoryStream(Program), cancellationToken);
            await JudgeAsync(EditedFile.Apply(Program, signed.Edits), cancellationToken);
        }
    }

    [Test]
    public async Task Card_WhenItIsPulledAndPushedBack_IsLocked(CancellationToken cancellationToken)
    {
        await _reader.PullAsync();
        await UntilNotReadyAsync(cancellationToken);
        Assert.That(
            (await Refused.ByAsync(() => SignAsync(Authentication, cancellationToken))).Reason,
            Is.EqualTo(ErrorReason.TokenAbsent).Or.EqualTo(ErrorReason.TokenLocked).Or.EqualTo(ErrorReason.TokenFailed));
        await _reader.PushAsync(cancellationToken);
        await UntilLockedAsync(cancellationToken);
        await UnlockAsync(cancellationToken);
        await SignAsync(Authentication, cancellationToken);
    }

    [Test]
    public async Task Card_WhenItIsPulledWhileItSigns_FailsTheRequestWithinTheDeadline(CancellationToken cancellationToken)
    {
        _reader.SetSlow(true);
        try
        {
            var watch = Stopwatch.StartNew();
            var signing = Refused.ByAsync(() => SignAsync(Authentication, cancellationToken));
            await Task.WhenAny(signing, Task.Delay(TimeSpan.FromMilliseconds(500), cancellationToken));
            await _reader.PullAsync();
            var refusal = await signing;
            Assert.That(
                refusal.Reason, Is.EqualTo(ErrorReason.TokenLocked).Or.EqualTo(ErrorReason.TokenFailed).Or.EqualTo(ErrorReason.TokenAbsent));
            Assert.That(watch.Elapsed, Is.LessThan(Deadline + TimeSpan.FromSeconds(4)));
            await UntilNotReadyAsync(cancellationToken);
        }
        finally
        {
            _reader.SetSlow(false);
        }

        await _reader.PushAsync(cancellationToken);
        await UntilLockedAsync(cancellationToken);
        await UnlockAsync(cancellationToken);
        await SignAsync(Authentication, cancellationToken);
        Assert.That(_node.Agent.HasExited, Is.False);
    }

    [Test]
    public async Task Service_WhenItIsKilledAndStartedAgain_LeavesALockedCard(CancellationToken cancellationToken)
    {
        await _reader.KillServiceAsync();
        await UntilNotReadyAsync(cancellationToken);
        _reader.StartService();
        await _reader.PushAsync(cancellationToken);
        await UntilLockedAsync(cancellationToken);
        await UnlockAsync(cancellationToken);
        await SignAsync(Authentication, cancellationToken);
    }

    private async Task UnlockAsync(CancellationToken cancellationToken)
    {
        await _statuses.UntilAsync(
            Names.Token, status => status is { State: TokenState.Locked or TokenState.Ready, HostProcessId: > 0 }, cancellationToken);
        if (_statuses.Of(Names.Token).State == TokenState.Locked)
        {
            await TokenHostClient.UnlockAsync(
                _node.Files.TokenSocket(Names.Token), Encoding.UTF8.GetBytes(VirtualCard.Piv.Pin), acceptFinalTry: false, cancellationToken);
            await _statuses.UntilAsync(Names.Token, status => status.State == TokenState.Ready, cancellationToken);
        }
    }

    private Task UntilNotReadyAsync(CancellationToken cancellationToken) =>
        _statuses.UntilAsync(Names.Token, status => status.State != TokenState.Ready, cancellationToken);

    private Task UntilLockedAsync(CancellationToken cancellationToken) => _statuses.UntilAsync(
        Names.Token, status => status is { State: TokenState.Locked, HostProcessId: > 0 }, cancellationToken);

    private async Task<byte[]> SignAsync(string profile, CancellationToken cancellationToken)
    {
        var signed = await _controller.SignAsync(Names.Job, profile, "a.dll", Program, cancellationToken);
        return EditedFile.Apply(Program, signed.Edits);
    }

    private async Task JudgeAsync(byte[] signed, CancellationToken cancellationToken)
    {
        using var directory = new TemporaryDirectory();
        var file = directory.File("a.dll");
        await File.WriteAllBytesAsync(file, signed, cancellationToken);
        var verdict = await Osslsigncode.VerifyAsync(file, _node.Files.SigningRoot, _node.Files.SigningRoot, cancellationToken);
        Assert.That(Osslsigncode.Accepts(verdict), Is.True, verdict.All);
    }
}
