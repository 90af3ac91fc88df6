using System.Security.Cryptography;
using Signet.Protocol.V1;
using Signet.Testing.SoftHsm;
using Signet.Testing.Tools;
using Signet.Tokens.Tests.Tools;

namespace Signet.Tokens.Tests.SoftHsm;

/// <summary>A token that comes and goes, through the module that misbehaves.</summary>
[CancelAfter(300_000)]
public sealed class ReconnectTests
{
    private const int Reconnects = 1000;

    [Test]
    public async Task Token_WhenItIsReconnectedAThousandTimes_SpendsNoPinAttempt(CancellationToken cancellationToken)
    {
        var directory = new TemporaryDirectory();
        var token = await SoftHsmToken.CreateAsync(directory.File("hsm"), "Release", cancellationToken);
        await token.GenerateKeyAsync("codesign", "EC:prime256v1", cancellationToken);
        var module = FaultyModule.CopyTo(directory.File("hsm"), token);
        var options = TokenUnderTest.OptionsFor(directory, token, "codesign");
        options = options with
        {
            PollInterval = TimeSpan.FromMilliseconds(4),
            Pkcs11 = options.Pkcs11! with { ModulePath = module.Path },
        };
        await using var running = await TokenUnderTest.StartAsync(directory, options, token, cancellationToken);
        await running.MakeReadyAsync(token.UserPin, cancellationToken);
        for (var count = 0; count < Reconnects; count++)
        {
            module.Do("no-token");
            await running.StateBecomesAsync(TokenState.Absent, cancellationToken);
            module.Do();
            await running.StateBecomesAsync(TokenState.Locked, cancellationToken);
        }

        Assert.Multiple(() =>
        {
            Assert.That(module.Logins, Is.EqualTo(1));
            Assert.That(running.Sink.Kinds.Count(kind => kind == TokenEventKind.Inserted), Is.EqualTo(Reconnects));
            Assert.That(running.Sink.Kinds.Count(kind => kind == TokenEventKind.Removed), Is.EqualTo(Reconnects));
        });

        await running.MakeReadyAsync(token.UserPin, cancellationToken);
        var digest = SHA256.HashData("reconnected"u8);
        var signature = await running.Supervisor.SignAsync(
            "codesign", digest, SignatureMechanism.EcdsaSha256, "request", cancellationToken);
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(running.Supervisor.Keys.Single().PublicKey.Span, out _);
        Assert.That(key.VerifyHash(digest, signature), Is.True);
    }
}
