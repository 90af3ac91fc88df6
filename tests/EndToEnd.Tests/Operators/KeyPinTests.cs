using System.Text;
using Net.Pkcs11Interop.Common;
using Signet.EndToEnd.Tests.Node;
using Signet.Protocol.V1;
using Signet.Testing.Agent;
using Signet.Testing.Tools;
using Signet.Tokens.Client;

namespace Signet.EndToEnd.Tests.Operators;

/// <summary>A key that wants its PIN at each use gets it with an approval, and for that request alone.</summary>
[CancelAfter(120_000)]
public sealed class KeyPinTests
{
    private static readonly byte[] Program = File.ReadAllBytes(SampleProgram.Library);

    private AgentEnvironment _node = null!;
    private ControllerClient _controller = null!;

    private string Pin => _node.Token!.UserPin;

    [SetUp]
    public async Task StartNode()
    {
        _node = await AgentEnvironment.StartUnlockedAsync(
            new AgentOptions
            {
                Tokens = [new() { Faulty = true }],
                Keys = [new() { AlwaysAuthenticate = true }],
                Profiles = [new() { Timestamped = false, Approvals = 1 }],
            },
            CancellationToken.None);
        _controller = _node.Controller();
    }

    [TearDown]
    public async Task StopNode()
    {
        _controller.Dispose();
        await _node.DisposeAsync();
    }

    [Test]
    public async Task Sign_WithThePinOfItsApproval_SignsTheFilesOfThatRequestAlone(CancellationToken cancellationToken)
    {
        var request = await OpenAsync(cancellationToken, "a.dll", "b.dll");
        var other = await OpenAsync(cancellationToken, "a.dll");
        var approved = await ApproveAsync(request, Pin, cancellationToken);
        Assert.That(approved.ExitCode, Is.Zero, approved.All);
        Assert.That(approved.Output, Does.Contain("2 signatures of this request"));

        // Approved as well, but nobody typed the PIN for it.
        Assert.That((await ApproveAsync(other, "", cancellationToken)).ExitCode, Is.Not.Zero);
        var refused = await Refused.ByAsync(() => SignAsync(other, "a.dll", cancellationToken));
        Assert.That(refused.Reason, Is.EqualTo(ErrorReason.TokenLocked));
        Assert.That(refused.Message, Does.Contain("signet requests pin " + other.RequestId));

        await SignAsync(request, "a.dll", cancellationToken);
        await SignAsync(request, "b.dll", cancellationToken);
        var given = await LedgerOf.ReadAsync(_node, cancellationToken, "key-pin-given");
        Assert.That(given.Select(record => record.Text("detail")), Has.One.Contains(request.RequestId));
        Assert.That(await LedgerOf.ReadAsync(_node, cancellationToken, "file-signed"), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Sign_WithAWrongPin_TriesItOnceAndNeverAgain(CancellationToken cancellationToken)
    {
        var request = await OpenAsync(cancellationToken, "a.dll");
        await ApproveAsync(request, "000000", cancellationToken);
        var logins = _node.Faults().Logins;
        await Refused.ByAsync(() => SignAsync(request, "a.dll", cancellationToken));
        Assert.That(_node.Faults().Logins, Is.EqualTo(logins + 1));
        var again = await Refused.ByAsync(() => SignAsync(request, "a.dll", cancellationToken));
        Assert.That(again.Reason, Is.EqualTo(ErrorReason.TokenLocked));
        Assert.That(_node.Faults().Logins, Is.EqualTo(logins + 1), "a PIN that was refused was tried again");

        var typed = await _node.RunAsync(["requests", "pin", request.RequestId, "--pin-stdin"], cancellationToken, Pin + "\n");
        Assert.That(typed.ExitCode, Is.Zero, typed.All);
        await SignAsync(request, "a.dll", cancellationToken);
    }

    [Test]
    public async Task Sign_WithAWrongPinAndManyFilesAtOnce_TriesItOnce(CancellationToken cancellationToken)
    {
        var names = Enumerable.Range(0, 8).Select(index => $"{index}.dll").ToArray();
        var request = await OpenAsync(cancellationToken, names);
        await ApproveAsync(request, "000000", cancellationToken);
        var logins = _node.Faults().Logins;
        _node.Faults().Do("C_Login delay 300");
        await Task.WhenAll(names.Select(name => Refused.ByAsync(() => SignAsync(request, name, cancellationToken))));
        Assert.That(_node.Faults().Logins, Is.EqualTo(logins + 1));
    }

    [Test]
    public async Task Sign_AtTheFinalTry_WaitsForTheOperatorsWord(CancellationToken cancellationToken)
    {
        // The token says so only after the PIN was typed: another request's was wrong in between.
        var request = await OpenAsync(cancellationToken, "a.dll");
        await ApproveAsync(request, Pin, cancellationToken);
        _node.Faults().Do("token-flags 0x20000");
        var logins = _node.Faults().Logins;
        var refused = await Refused.ByAsync(() => SignAsync(request, "a.dll", cancellationToken));
        Assert.That(refused.Message, Does.Contain("--final-try"));
        Assert.That(_node.Faults().Logins, Is.EqualTo(logins));

        var typed = await _node.RunAsync(["requests", "pin", request.RequestId, "--final-try", "--pin-stdin"], cancellationToken, Pin + "\n");
        Assert.That(typed.ExitCode, Is.Zero, typed.All);
        await SignAsync(request, "a.dll", cancellationToken);
    }

    [Test]
    public async Task Sign_WhenTheLoginForItReturnsAnyValue_SpendsOnePinAtMost(CancellationToken cancellationToken)
    {
        var values = Enum.GetValues<CKR>().Where(value => value != CKR.CKR_OK).Distinct().ToList();
        var request = await OpenAsync(cancellationToken, [.. values.Select(value => $"{value}.dll")]);
        await ApproveAsync(request, Pin, cancellationToken);
        var socket = _node.Files.TokenSocket(Names.Token);
        foreach (var value in values)
        {
            var status = await _node.Agent.WaitForStatusAsync(
                status => status.Tokens[0] is { State: TokenState.Ready or TokenState.Locked, HostProcessId: > 0 }, "settled token", cancellationToken);
            if (status.Tokens[0].State == TokenState.Locked)
            {
                await TokenHostClient.UnlockAsync(socket, Encoding.UTF8.GetBytes(Pin), acceptFinalTry: false, cancellationToken);
                await _node.Agent.WaitForStatusAsync(status => status.Tokens[0].State == TokenState.Ready, "ready token", cancellationToken);
            }

            await TokenHostClient.GiveKeyPinAsync(
                socket, Encoding.UTF8.GetBytes(Pin),
                new GiveKeyPinRequest { RequestId = request.RequestId, Key = Names.Key, Signatures = 5 }, cancellationToken);
            var logins = _node.Faults().Logins;
            _node.Faults().Do($"C_Login 0x{(ulong)value:x}");
            var refused = await Refused.ByAsync(() => SignAsync(request, $"{value}.dll", cancellationToken));
            var again = await Refused.ByAsync(() => SignAsync(request, $"{value}.dll", cancellationToken));
            _node.Faults().Do();
            Assert.Multiple(() =>
            {
                Assert.That(_node.Faults().Logins, Is.EqualTo(logins + 1), $"{value}");
                Assert.That(
                    refused.Reason, Is.EqualTo(ErrorReason.TokenLocked).Or.EqualTo(ErrorReason.TokenFailed).Or.EqualTo(ErrorReason.TokenAbsent), $"{value}");
                Assert.That(again.Retryable, Is.True, $"{value}");
            });
        }

        Assert.That(_node.Agent.HasExited, Is.False);
        Assert.That(await LedgerOf.ReadAsync(_node, cancellationToken, "file-signed"), Is.Empty);
    }

    [Test]
    public async Task Sign_AfterALock_HasForgottenThePin(CancellationToken cancellationToken)
    {
        var request = await OpenAsync(cancellationToken, "a.dll");
        await ApproveAsync(request, Pin, cancellationToken);
        await _node.RunAsync(["lock", Names.Token], cancellationToken);
        await _node.UnlockAsync(cancellationToken);
        var refused = await Refused.ByAsync(() => SignAsync(request, "a.dll", cancellationToken));
        Assert.That(refused.Message, Does.Contain("signet requests pin"));
        Assert.That(await LedgerOf.ReadAsync(_node, cancellationToken, "file-signed"), Is.Empty);
    }

    private Task<SigningRequest> OpenAsync(CancellationToken cancellationToken, params string[] names) =>
        _controller.CreateRequestAsync(
            ControllerClient.NewRequest(Names.Job, Names.Profile, [.. names.Select(name => (name, Program))]), cancellationToken);

    private Task<ProgramResult> ApproveAsync(SigningRequest request, string pin, CancellationToken cancellationToken) => _node.RunAsync(
        ["requests", "approve", request.RequestId, "--manifest", Convert.ToHexStringLower(request.ManifestSha256.Span), "--pin-stdin"],
        cancellationToken, pin + "\n");

    private Task<SignedUpload> SignAsync(SigningRequest request, string name, CancellationToken cancellationToken) =>
        _controller.SignFileAsync(request.RequestId, name, new MemoryStream(Program), cancellationToken);
}
