using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;
using Signet.Testing.Agent;
using Signet.Testing.Certificates;
using Signet.Testing.SoftHsm;
using Signet.Testing.Tools;
using Signet.Tokens.Client;

namespace Signet.EndToEnd.Tests.Operators;

/// <summary>
/// Operators with shares on cards of their own: a card proves that it opens them before it counts, and its PIN is asked for
/// under the rules that hold for the token.
/// </summary>
[CancelAfter(300_000)]
public sealed class OwnCardTests
{
    private const string FinalTry = "token-flags 0x20000";
    private const string Blocked = "token-flags 0x40000";

    private QuorumNode _node = null!;
    private TemporaryDirectory _directory = null!;
    private SoftHsmToken _card = null!;
    private FaultyModule _module = null!;
    private string _certificate = null!;

    private static string Root => Environment.UserName;

    [OneTimeSetUp]
    public async Task StartNode() => _node = await QuorumNode.StartAsync("k", 1, CancellationToken.None);

    [OneTimeTearDown]
    public async Task StopNode() => await _node.DisposeAsync();

    [SetUp]
    public async Task MakeCard()
    {
        await _node.ResetAsync(CancellationToken.None);
        if (Directory.Exists(OperatorDirectory))
        {
            Directory.Delete(OperatorDirectory, recursive: true);
        }

        _directory = new TemporaryDirectory();
        _card = await SoftHsmToken.CreateAsync(_directory.File("card"), "Operator", CancellationToken.None);
        await _card.GenerateKeyAsync("operator", "rsa:2048", CancellationToken.None, usage: "--usage-decrypt");
        _module = FaultyModule.CopyTo(_directory.File("card"), _card);
        _certificate = await CertifyAsync(_card, "operator");
    }

    [TearDown]
    public void RemoveCard() => _directory.Dispose();

    [Test]
    public async Task Unlock_WithAShareOnTheOperatorsOwnCard_OpensItThere(CancellationToken cancellationToken)
    {
        await EnrollAsync(cancellationToken);
        await CreateAsync(cancellationToken);
        var unlocked = await RunAsync(["unlock", Names.Token], cancellationToken);
        Assert.That(unlocked.ExitCode, Is.Zero, unlocked.All);
        Assert.That(unlocked.Error, Does.Contain("Your own card: Operator").And.Contain("PIN: no wrong PIN reported"));
        await _node.UntilAsync(TokenState.Ready, cancellationToken);
        Assert.That(await _node.SignsAsync(cancellationToken), Is.True);
    }

    [Test]
    public async Task Enroll_WithTheCertificateOfAnotherKey_TriesNoPinAndEnrollsNobody(CancellationToken cancellationToken)
    {
        await _card.GenerateKeyAsync("gone", "rsa:2048", cancellationToken, usage: "--usage-decrypt");
        var certificate = await CertifyAsync(_card, "gone");
        await _card.Pkcs11ToolAsync(["--delete-object", "--type", "pubkey", "--id", SoftHsmToken.IdOf("gone")], cancellationToken);
        await _card.Pkcs11ToolAsync(["--delete-object", "--type", "privkey", "--id", SoftHsmToken.IdOf("gone")], cancellationToken);
        var refused = await RunAsync(["quorum", "enroll", Names.Token, "--certificate", certificate], cancellationToken);
        Assert.That(refused.ExitCode, Is.EqualTo(4), refused.All);
        Assert.That(refused.Error, Does.Contain("No card with the key of this operator"));
        Assert.That(_module.Logins, Is.Zero);
        await DemandNobodyEnrolledAsync(cancellationToken);
    }

    [Test]
    public async Task Enroll_WithAKeyThatMayNotDecrypt_EnrollsNobody(CancellationToken cancellationToken)
    {
        _module.Do("C_DecryptInit 0x68");
        var refused = await RunAsync(["quorum", "enroll", Names.Token, "--certificate", _certificate], cancellationToken);
        Assert.That(refused.ExitCode, Is.EqualTo(2), refused.All);
        Assert.That(refused.Error, Does.Contain("does not open what is sealed to its certificate"));
        await DemandNobodyEnrolledAsync(cancellationToken);
    }

    [Test]
    public async Task Enroll_WithoutAProof_IsRefusedByTheTokenHost(CancellationToken cancellationToken)
    {
        var socket = _node.Environment.Files.TokenSocket(Names.Token);
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(_certificate);
        var request = new EnrollOperatorRequest { Certificate = ByteString.CopyFrom(certificate.RawData) };
        var asked = await TokenHostClient.EnrollAsync(socket, request, cancellationToken);
        Assert.That(asked.Challenge, Is.Not.Empty);
        await DemandNobodyEnrolledAsync(cancellationToken);
        foreach (var proof in new[] { asked.Challenge, ByteString.CopyFrom(new byte[32]) })
        {
            request.Proof = proof;
            var refused = await Assert.ThrowsAsync<SigningException>(() => TokenHostClient.EnrollAsync(socket, request, cancellationToken));
            Assert.That(refused!.Reason, Is.EqualTo(ErrorReason.InvalidRequest));
        }

        await DemandNobodyEnrolledAsync(cancellationToken);
    }

    [Test]
    public async Task Create_WithAnEnrollmentWithoutProof_IsRefusedBeforeThePin(CancellationToken cancellationToken)
    {
        // As versions before this one kept it.
        await EnrollAsync(cancellationToken);
        var file = Directory.GetFiles(OperatorDirectory).Single();
        var kept = JsonNode.Parse(await File.ReadAllTextAsync(file, cancellationToken))!.AsObject();
        Assert.That(kept.Remove("IsProved"), Is.True);
        await File.WriteAllTextAsync(file, kept.ToJsonString(), cancellationToken);

        var shown = await _node.Environment.RunAsync(["quorum", "show", Names.Token], cancellationToken);
        Assert.That(shown.Output, Does.Contain("has to enroll again"));
        var refused = await _node.Environment.RunAsync(
            ["quorum", "create", Names.Token, "--threshold", "1", "--operator", Root, "--pin-stdin"], cancellationToken, "");
        Assert.That(refused.ExitCode, Is.EqualTo(2), refused.All);
        Assert.That(refused.Error, Does.Contain("Nothing proves").And.Contain("signet quorum enroll card"));
        Assert.That(_node.Lane.Module.Calls, Has.None.EqualTo("C_SetPIN"));
    }

    [TestCase("C_OpenSession", "0xE1")]
    [TestCase("C_OpenSession", "0x30")]
    [TestCase("C_GetTokenInfo", "0xE1")]
    [TestCase("C_GetTokenInfo", "0x5")]
    public async Task Enroll_WhenAnotherSlotFails_PassesItOver(string call, string value, CancellationToken cancellationToken)
    {
        var other = await SoftHsmToken.CreateAsync(_directory.File("card"), "Other", cancellationToken);
        _module.Do($"bad-slot {other.Slot} {call} {value}");
        await EnrollAsync(cancellationToken);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Enroll_WithoutAPublicKeyOnTheCard_FindsItsKey(bool withCertificate, CancellationToken cancellationToken)
    {
        await _card.Pkcs11ToolAsync(["--delete-object", "--type", "pubkey", "--id", SoftHsmToken.IdOf("operator")], cancellationToken);
        await _card.GenerateKeyAsync("another", "rsa:2048", cancellationToken, usage: "--usage-decrypt");
        await _card.Pkcs11ToolAsync(["--delete-object", "--type", "pubkey", "--id", SoftHsmToken.IdOf("another")], cancellationToken);
        if (withCertificate)
        {
            using var certificate = X509CertificateLoader.LoadCertificateFromFile(_certificate);
            await _card.ImportCertificateAsync("operator", certificate, cancellationToken);
            await SoftHsmToken.CreateAsync(_directory.File("card"), "Silent", cancellationToken);
        }

        await EnrollAsync(cancellationToken);
    }

    [Test]
    public async Task Enroll_WithACardThatShowsNothingAndHasAnotherKey_EnrollsNobody(CancellationToken cancellationToken)
    {
        var other = await SoftHsmToken.CreateAsync(_directory.File("other"), "Other", cancellationToken);
        await other.GenerateKeyAsync("operator", "rsa:2048", cancellationToken, usage: "--usage-decrypt");
        await other.Pkcs11ToolAsync(["--delete-object", "--type", "pubkey", "--id", SoftHsmToken.IdOf("operator")], cancellationToken);
        var module = FaultyModule.CopyTo(_directory.File("other"), other);
        var refused = await _node.Environment.RunAsync(
            ["quorum", "enroll", Names.Token, "--certificate", _certificate, "--card-module", module.Path, "--pin-stdin"],
            cancellationToken, other.UserPin + "\n");
        Assert.That(refused.ExitCode, Is.EqualTo(4), refused.All);
        Assert.That(refused.Error, Does.Contain("shows no private key of this operator's certificate"));
        Assert.That(module.Logins, Is.EqualTo(1));
        await DemandNobodyEnrolledAsync(cancellationToken);
    }

    [Test]
    public async Task Enroll_WithTwoCardsThatShowNothing_TriesNoPin(CancellationToken cancellationToken)
    {
        await _card.Pkcs11ToolAsync(["--delete-object", "--type", "pubkey", "--id", SoftHsmToken.IdOf("operator")], cancellationToken);
        await SoftHsmToken.CreateAsync(_directory.File("card"), "Silent", cancellationToken);
        var refused = await RunAsync(["quorum", "enroll", Names.Token, "--certificate", _certificate], cancellationToken);
        Assert.That(refused.ExitCode, Is.EqualTo(4), refused.All);
        Assert.That(refused.Error, Does.Contain("2 cards show no key"));
        Assert.That(_module.Logins, Is.Zero);
    }

    [Test]
    public async Task Enroll_AtTheFinalTry_AsksForNoPinWithoutTheWord(CancellationToken cancellationToken)
    {
        _module.Do(FinalTry);
        string[] enroll = ["quorum", "enroll", Names.Token, "--certificate", _certificate];
        await DemandStoppedAsync(enroll, "--final-try", cancellationToken);
        var accepted = await RunAsync([.. enroll, "--final-try"], cancellationToken);
        Assert.That(accepted.ExitCode, Is.Zero, accepted.All);
        _module.ForgetCalls();
        _module.Do(Blocked);
        await DemandStoppedAsync([.. enroll, "--final-try"], "blocked", cancellationToken);
    }

    [TestCase("unlock")]
    [TestCase("quorum", "test")]
    [TestCase("quorum", "replace", "--threshold", "1")]
    public async Task Share_AtTheFinalTryOrBlocked_AsksForNoPinWithoutTheWord(params string[] command)
    {
        var cancellationToken = TestContext.CurrentContext.CancellationToken;
        await EnrollAsync(cancellationToken);
        await CreateAsync(cancellationToken);
        var words = command.TakeWhile(word => word[0] != '-').ToList();
        string[] arguments = [.. words, Names.Token, .. command.Skip(words.Count)];
        _module.ForgetCalls();
        _module.Do(FinalTry);
        await DemandStoppedAsync(arguments, "One more wrong PIN blocks your own card", cancellationToken);
        _module.Do(Blocked);
        await DemandStoppedAsync([.. arguments, "--final-try"], "Your own card is blocked", cancellationToken);
        _module.Do(FinalTry);
        var given = await RunAsync([.. arguments, "--final-try"], cancellationToken);
        Assert.That(given.ExitCode, Is.Zero, given.All);
        Assert.That(_module.Logins, Is.EqualTo(1));
    }

    [Test]
    public async Task Unlock_WithAWrongPinOfTheOwnCard_TriesItOnceAndShowsTheCounter(CancellationToken cancellationToken)
    {
        await EnrollAsync(cancellationToken);
        await CreateAsync(cancellationToken);
        _module.ForgetCalls();
        _module.Do("pin-tries 3");
        var refused = await RunAsync(["unlock", Names.Token], "000000\n", cancellationToken);
        Assert.That(refused.ExitCode, Is.EqualTo(2), refused.All);
        Assert.That(refused.Error, Does.Contain("your own card: The PIN is wrong").And.Contain("a wrong PIN was typed since"));
        Assert.That(_module.Logins, Is.EqualTo(1));
        await RunAsync(["quorum", "test", Names.Token], "000001\n", cancellationToken);
        await DemandStoppedAsync(["unlock", Names.Token], "--final-try", cancellationToken, logins: 2);
    }

    [Test]
    public async Task Unlock_WithAPinPadAtTheOwnCard_TakesNoPinFromTheTerminal(CancellationToken cancellationToken)
    {
        _module.Do("pin-pad " + _card.UserPin);
        var enrolled = await RunAsync(["quorum", "enroll", Names.Token, "--certificate", _certificate], null, cancellationToken);
        Assert.That(enrolled.ExitCode, Is.Zero, enrolled.All);
        Assert.That(enrolled.Error, Does.Contain("on the pad of your own card"));
        await CreateAsync(cancellationToken);
        var unlocked = await RunAsync(["unlock", Names.Token], null, cancellationToken);
        Assert.That(unlocked.ExitCode, Is.Zero, unlocked.All);
    }

    private string OperatorDirectory => Path.Combine(_node.Environment.Files.State, "quorum", Names.Token, "operators");

    private async Task<string> CertifyAsync(SoftHsmToken card, string label)
    {
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = ThrowawayCa.Create("Signet test cards").IssueCodeSigning(
            PublicKey.CreateFromSubjectPublicKeyInfo(await card.ReadPublicKeyAsync(label, CancellationToken.None), out _), label,
            now.AddDays(-1), now.AddDays(1));
        var file = _directory.File(label + ".pem");
        await File.WriteAllTextAsync(file, certificate.ExportCertificatePem());
        return file;
    }

    private async Task EnrollAsync(CancellationToken cancellationToken)
    {
        var enrolled = await RunAsync(["quorum", "enroll", Names.Token, "--certificate", _certificate], cancellationToken);
        Assert.That(enrolled.ExitCode, Is.Zero, enrolled.All);
    }

    private async Task CreateAsync(CancellationToken cancellationToken)
    {
        var made = await _node.CreateAsync(1, [Root], cancellationToken);
        Assert.That(made.ExitCode, Is.Zero, made.All);
        await _node.UntilAsync(TokenState.Locked, cancellationToken);
    }

    private async Task DemandNobodyEnrolledAsync(CancellationToken cancellationToken)
    {
        var quorum = await TokenHostClient.GetQuorumAsync(_node.Environment.Files.TokenSocket(Names.Token), cancellationToken);
        Assert.That(quorum.Enrolled, Is.Empty);
    }

    private async Task DemandStoppedAsync(string[] arguments, string why, CancellationToken cancellationToken, int logins = 0)
    {
        // There is nothing to read: whoever asked would fail otherwise.
        var stopped = await RunAsync(arguments, string.Empty, cancellationToken);
        Assert.Multiple(() =>
        {
            Assert.That(stopped.ExitCode, Is.EqualTo(2), stopped.All);
            Assert.That(stopped.Error, Does.Contain(why));
            Assert.That(_module.Logins, Is.EqualTo(logins), "a PIN was tried");
        });
    }

    private Task<ProgramResult> RunAsync(string[] arguments, CancellationToken cancellationToken) =>
        RunAsync(arguments, _card.UserPin + "\n", cancellationToken);

    private Task<ProgramResult> RunAsync(string[] arguments, string? input, CancellationToken cancellationToken) => _node.Environment.RunAsync(
        [.. arguments, "--card-module", _module.Path, .. input is null ? Array.Empty<string>() : ["--pin-stdin"]], cancellationToken, input);
}
