using Signet.Testing.Agent;
using Signet.Testing.Cards;
using Signet.Testing.Judges;
using Signet.Testing.Tools;

namespace Signet.EndToEnd.Tests.Cards;

/// <summary>A token of another maker: the software token of opencryptoki.</summary>
[CancelAfter(120_000)]
public sealed class OpencryptokiTests
{
    private static readonly byte[] Program = File.ReadAllBytes(SampleProgram.Library);

    [Test]
    public async Task Sign_WithAKeyOnOpencryptoki_IsAcceptedByTheJudge(CancellationToken cancellationToken)
    {
        await using var token = await OpencryptokiToken.StartAsync(cancellationToken);
        var publicKey = await OpencryptokiToken.GenerateKeyAsync(Names.Key, cancellationToken);
        await using var node = await AgentEnvironment.StartUnlockedAsync(
            new AgentOptions
            {
                Tokens = [new() { Label = OpencryptokiToken.Label, Module = OpencryptokiToken.ModulePath, Pin = OpencryptokiToken.Pin }],
                Keys = [new() { PublicKey = publicKey }],
                Profiles = [new() { Timestamped = false, HardwareRequired = false }],
                Sessions = 4,
            },
            cancellationToken);
        using var controller = node.Controller();
        using var directory = new TemporaryDirectory();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(
            _ => controller.SignAsync(Names.Job, Names.Profile, "a.dll", Program, cancellationToken)));
        foreach (var (index, answer) in answers.Index())
        {
            var file = directory.File($"{index}.dll");
            await File.WriteAllBytesAsync(file, EditedFile.Apply(Program, answer.Edits), cancellationToken);
            var verdict = await Osslsigncode.VerifyAsync(file, node.Files.SigningRoot, node.Files.SigningRoot, cancellationToken);
            Assert.That(Osslsigncode.Accepts(verdict), Is.True, verdict.All);
        }
    }
}
