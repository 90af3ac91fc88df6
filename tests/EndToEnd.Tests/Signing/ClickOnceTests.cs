using System.Text;
using Signet.Testing.Agent;
using Signet.Testing.Judges;
using Signet.Testing.Tools;

namespace Signet.EndToEnd.Tests.Signing;

/// <summary>ClickOnce manifests go through a real agent with a key on a token.</summary>
[CancelAfter(120_000)]
public sealed class ClickOnceTests
{
    private const string Application = """
        <?xml version="1.0" encoding="utf-8"?>
        <assembly manifestVersion="1.0" xmlns="urn:schemas-microsoft-com:asm.v1" xmlns:asmv2="urn:schemas-microsoft-com:asm.v2">
          <assemblyIdentity name="Grüße.exe" version="1.0.0.0" publicKeyToken="0000000000000000" language="neutral" type="win32" />
          <asmv2:entryPoint>
            <asmv2:commandLine file="a.exe" parameters="" />
          </asmv2:entryPoint>
        </assembly>
        """;

    private const string Deployment = """
        <?xml version="1.0" encoding="utf-8"?>
        <assembly manifestVersion="1.0" xmlns="urn:schemas-microsoft-com:asm.v1" xmlns:asmv2="urn:schemas-microsoft-com:asm.v2">
          <assemblyIdentity name="Grüße.application" version="1.0.0.0" publicKeyToken="0000000000000000" language="neutral" />
          <asmv2:deployment install="true" />
        </assembly>
        """;

    [TestCase("app/Grüße.exe.manifest", Application)]
    [TestCase("Grüße.application", Deployment)]
    public async Task SignFile_OfAManifest_IsAcceptedByJudgeAndCommand(string name, string text)
    {
        var cancellationToken = TestContext.CurrentContext.CancellationToken;
        await using var node = await AgentEnvironment.StartUnlockedAsync(
            new AgentOptions { Keys = [new() { Type = "rsa:3072" }], Profiles = [new() { Formats = ["clickonce"] }] }, cancellationToken);
        using var caller = node.Controller();
        using var directory = new TemporaryDirectory();
        var content = Encoding.UTF8.GetBytes(text);
        var answer = await caller.SignAsync(Names.Job, Names.Profile, name, content, cancellationToken);
        Assert.That(answer.Result.Format, Is.EqualTo("clickonce"));
        Assert.That(answer.Result.Timestamp, Is.Not.Null);

        var signed = EditedFile.Apply(content, answer.Edits);
        var (holds, why) = await ClickOnceReader.JudgeAsync(signed, node.Files.SigningRoot, cancellationToken);
        Assert.That(holds, Is.True, why);
        var file = directory.File(Path.GetFileName(name));
        await File.WriteAllBytesAsync(file, signed, cancellationToken);
        var own = await SignetCommand.RunAsync(
            ["verify", file, "--root", node.Files.SigningRoot, "--timestamp-root", node.Files.TimestampRoots], cancellationToken);
        Assert.That(own.ExitCode, Is.Zero, own.All);

        // The judge sees a change of one letter.
        signed[signed.AsSpan().IndexOf("1.0.0.0"u8)] = (byte)'2';
        Assert.That((await ClickOnceReader.JudgeAsync(signed, node.Files.SigningRoot, cancellationToken)).Holds, Is.False);
    }
}
