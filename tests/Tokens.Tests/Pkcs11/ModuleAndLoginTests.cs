using Signet.Protocol.Errors;
using Signet.Protocol.V1;
using Signet.Testing.SoftHsm;
using Signet.Testing.Tools;
using Signet.Tokens.Client;
using Signet.Tokens.Host;
using Signet.Tokens.Tests.Tools;

namespace Signet.Tokens.Tests.Pkcs11;

/// <summary>Modules that cannot be loaded, and what the configuration says of the login against what the token wants.</summary>
[CancelAfter(120_000)]
public sealed class ModuleAndLoginTests
{
    private TemporaryDirectory _directory = null!;
    private SoftHsmToken _token = null!;

    [SetUp]
    public async Task MakeTokenAsync()
    {
        _directory = new TemporaryDirectory();
        _token = await SoftHsmToken.CreateAsync(_directory.File("hsm"), "Release", CancellationToken.None);
        await _token.GenerateKeyAsync("codesign", "EC:prime256v1", CancellationToken.None);
    }

    [TearDown]
    public void RemoveDirectory() => _directory.Dispose();

    [TestCase("missing.so", null, "finds no PKCS#11 module")]
    [TestCase("text.so", "this is no library", "file too short")]
    public async Task Start_WhenTheModuleCannotBeLoaded_SaysWhyInTheLoadersWords(
        string name, string? content, string expected, CancellationToken cancellationToken)
    {
        var path = _directory.File(name);
        if (content is not null)
        {
            await File.WriteAllTextAsync(path, content, cancellationToken);
        }

        await using var running = await StartAsync(options => options with { ModulePath = path }, cancellationToken);
        await running.StateBecomesAsync(TokenState.Failed, cancellationToken);

        Assert.That(running.Supervisor.Status.Detail, Does.Contain(expected).And.Contain(path));
        var refused = await Assert.ThrowsAsync<SigningException>(() => SignAsync(running, cancellationToken));
        Assert.That(refused!.Message, Does.Not.Contain(_directory.Path), "a path of the node crossed the wire");
    }

    [Test]
    public async Task Start_WhenATokenIsCalledPinlessAndWantsALogin_SaysSoAndTriesNone(CancellationToken cancellationToken)
    {
        await using var running = await StartAsync(options => options with { UnlockMethod = UnlockMethod.None }, cancellationToken);
        await running.StateBecomesAsync(TokenState.Failed, cancellationToken);

        Assert.That(running.Supervisor.Status.Detail, Does.Contain("unlock: pin"));
        Assert.That(running.Supervisor.Status.PinCounter, Is.EqualTo(PinCounter.Full));
        await running.IsRecordedAsync(TokenEventKind.UnlockFailed, cancellationToken);
        Assert.That(running.Sink.Kinds, Has.None.EqualTo(TokenEventKind.Unlocked));

        var refused = await Assert.ThrowsAsync<SigningException>(() => running.UnlockAsync(_token.UserPin, cancellationToken));
        Assert.That(refused!.Message, Does.Contain("none was tried"));
    }

    [Test]
    public async Task Unlock_WithoutAPinWhereOneIsConfigured_IsRefused(CancellationToken cancellationToken)
    {
        await using var running = await StartAsync(options => options, cancellationToken);
        var refused = await Assert.ThrowsAsync<SigningException>(
            () => TokenHostClient.UnlockWithoutPinAsync(running.SocketPath, cancellationToken));

        Assert.That(refused!.Reason, Is.EqualTo(ErrorReason.InvalidRequest));
        Assert.That(running.Supervisor.Status.State, Is.EqualTo(TokenState.Locked));
    }

    [Test]
    public async Task Start_WhenTwoTokensMatch_NamesWhatTellsThemApart(CancellationToken cancellationToken)
    {
        var other = await SoftHsmToken.CreateAsync(_directory.File("hsm"), "Release", cancellationToken);
        await using (var ambiguous = await StartAsync(options => options with { Serial = null, Label = "Release" }, cancellationToken))
        {
            await ambiguous.StateBecomesAsync(TokenState.Failed, cancellationToken);
            Assert.That(
                ambiguous.Supervisor.Status.Detail,
                Does.Contain(_token.Serial).And.Contain(other.Serial).And.Contain("Add 'serial'"));
        }

        await using var running = await StartAsync(
            options => options with { Label = "Release", Serial = _token.Serial, Slot = _token.Slot }, cancellationToken);
        await running.MakeReadyAsync(_token.UserPin, cancellationToken);
        Assert.That(running.Supervisor.Status.Serial, Is.EqualTo(_token.Serial));
    }

    private async Task<TokenUnderTest> StartAsync(
        Func<Pkcs11TokenOptions, Pkcs11TokenOptions> change, CancellationToken cancellationToken)
    {
        var directory = new TemporaryDirectory();
        var options = TokenUnderTest.OptionsFor(directory, _token, "codesign");
        options = options with { HoldFile = directory.File("held.json"), Pkcs11 = change(options.Pkcs11!) };
        return await TokenUnderTest.StartAsync(directory, options, _token, cancellationToken);
    }

    private static Task<byte[]> SignAsync(TokenUnderTest running, CancellationToken cancellationToken) =>
        running.Supervisor.SignAsync("codesign", new byte[32], SignatureMechanism.EcdsaSha256, "request", cancellationToken);
}
