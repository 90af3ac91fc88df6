using Signet.EndToEnd.Tests.Node;
using Signet.Testing.Agent;
using Signet.Testing.Judges;
using Signet.Testing.Tools;

namespace Signet.EndToEnd.Tests.Signing;

/// <summary>The plugin's own client in a JVM of its own, from the whitelist to the receipt.</summary>
[CancelAfter(120_000)]
public sealed class JavaClientTests
{
    [Test]
    public async Task Sign_ByAGrantedJob_LeavesSignedFilesAndReceiptsThatHold(CancellationToken cancellationToken)
    {
        await using var node = await AgentEnvironment.StartUnlockedAsync(
            new AgentOptions { Keys = [new() { Type = "rsa:3072" }] }, cancellationToken);
        using var workspace = new TemporaryDirectory();
        var names = CopyPrograms(workspace);

        var result = await JavaClient.RunAsync(
            node,
            new JavaSigning { Workspace = workspace.Path, Files = names, Receipts = workspace.File("receipts") },
            cancellationToken);

        Assert.That(result.ExitCode, Is.Zero, result.All);
        var key = (await node.Agent.GetStatusAsync(cancellationToken)).Ledger.VerifierKey;
        foreach (var name in names)
        {
            var judged = await Osslsigncode.VerifyAsync(
                workspace.File(name), node.Files.SigningRoot, node.Files.TimestampRoots, cancellationToken);
            Assert.That(Osslsigncode.AcceptsStamped(judged), Is.True, judged.All);
            var receipt = await SignetCommand.RunAsync(
                ["audit", "check", workspace.File($"receipts/{name}.receipt.json"), "--key", key, "--file", workspace.File(name)],
                cancellationToken);
            Assert.That(receipt.ExitCode, Is.Zero, receipt.All);
        }

        Assert.That(await LedgerOf.ReadAsync(node, cancellationToken, "file-signed"), Has.Count.EqualTo(names.Count));
    }

    [Test]
    public async Task Sign_WithFormatOrCatalog_WritesFilesBesideTheOriginals(CancellationToken cancellationToken)
    {
        await using var node = await AgentEnvironment.StartUnlockedAsync(
            new AgentOptions { Profiles = [new() { Formats = ["cat", "cms"] }] }, cancellationToken);
        using var workspace = new TemporaryDirectory();
        var names = CopyPrograms(workspace);
        foreach (var more in new[] { new[] { "--format", "cms" }, ["--catalog", "release.cat"] })
        {
            var signing = new JavaSigning { Workspace = workspace.Path, Files = names, More = more };
            var result = await JavaClient.RunAsync(node, signing, cancellationToken);
            Assert.That(result.ExitCode, Is.Zero, result.All);
            var again = await JavaClient.RunAsync(node, signing, cancellationToken);
            Assert.That(again.ExitCode, Is.EqualTo(2), again.All);
            Assert.That(again.All, Does.Contain("ALREADY_SIGNED").And.Contain("is there already"));
        }

        foreach (var name in names)
        {
            var file = workspace.File(name);
            var detached = await OpenSsl.VerifyCmsAsync(file, file + ".p7s", node.Files.SigningRoot, cancellationToken);
            Assert.That(detached.ExitCode, Is.Zero, detached.All);
            var covered = await Osslsigncode.VerifyInCatalogAsync(
                file, workspace.File("release.cat"), node.Files.SigningRoot, node.Files.TimestampRoots, cancellationToken);
            Assert.That(Osslsigncode.AcceptsStamped(covered), Is.True, covered.All);
        }

        Assert.That(File.ReadAllBytes(workspace.File(names[0])), Is.EqualTo(File.ReadAllBytes(SampleProgram.Executable)));
    }

    [Test]
    public async Task Sign_ByAJobWithoutGrant_LeavesTheFilesAsTheyWere(CancellationToken cancellationToken)
    {
        await using var node = await AgentEnvironment.StartUnlockedAsync(new AgentOptions(), cancellationToken);
        using var workspace = new TemporaryDirectory();
        var names = CopyPrograms(workspace);

        var result = await JavaClient.RunAsync(
            node, new JavaSigning { Workspace = workspace.Path, Files = names, Job = Names.OtherJob }, cancellationToken);

        Assert.That(result.ExitCode, Is.EqualTo(2), result.All);
        Assert.That(result.All, Does.Contain("NOT_GRANTED"));
        Assert.That(File.ReadAllBytes(workspace.File(names[0])), Is.EqualTo(File.ReadAllBytes(SampleProgram.Executable)));
        Assert.That(Directory.GetFiles(workspace.Path), Has.Length.EqualTo(names.Count), "Something was left beside the files.");
        Assert.That(await LedgerOf.ReadAsync(node, cancellationToken, "access-refused"), Is.Not.Empty);
    }

    private static List<string> CopyPrograms(TemporaryDirectory workspace)
    {
        var names = new List<string>();
        foreach (var program in new[] { SampleProgram.Executable, SampleProgram.Library })
        {
            names.Add(Path.GetFileName(program));
            File.Copy(program, workspace.File(names[^1]));
        }

        return names;
    }
}
