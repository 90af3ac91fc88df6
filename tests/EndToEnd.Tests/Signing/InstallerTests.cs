using Signet.Testing.Agent;
using Signet.Testing.Judges;
using Signet.Testing.Tools;

namespace Signet.EndToEnd.Tests.Signing;

/// <summary>Installer packages and cabinets go through a real agent.</summary>
[CancelAfter(120_000)]
public sealed class InstallerTests
{
    private AgentEnvironment _node = null!;
    private TemporaryDirectory _directory = null!;

    [OneTimeSetUp]
    public async Task StartNode()
    {
        _directory = new TemporaryDirectory();
        _node = await AgentEnvironment.StartUnlockedAsync(
            new AgentOptions { Profiles = [new() { Formats = ["msi", "cab"] }] }, CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task StopNode()
    {
        await _node.DisposeAsync();
        _directory.Dispose();
    }

    [Test]
    public async Task SignFile_OfAnInstallerPackage_IsAcceptedByTheJudge(CancellationToken cancellationToken) =>
        await AssertSignedAsync(
            "setup/hello.msi", await WixPackage.MakeAsync(_directory, 50_000, cancellationToken), cancellationToken);

    [Test]
    public async Task SignFile_OfACabinet_IsAcceptedByTheJudge(CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(_directory.File("a.txt"), "a", cancellationToken);
        await ExternalProgram.RunSuccessfullyAsync("gcab", ["-c", "a.cab", "a.txt"], cancellationToken, _directory.Path);
        await AssertSignedAsync(
            "a.cab", await File.ReadAllBytesAsync(_directory.File("a.cab"), cancellationToken), cancellationToken);
    }

    private async Task AssertSignedAsync(string name, byte[] content, CancellationToken cancellationToken)
    {
        using var caller = _node.Controller();
        var signed = await caller.SignAsync(Names.Job, Names.Profile, name, content, cancellationToken);
        var file = _directory.File("signed-" + Path.GetFileName(name));
        await File.WriteAllBytesAsync(file, EditedFile.Apply(content, signed.Edits), cancellationToken);
        var judged = await Osslsigncode.VerifyAsync(file, _node.Files.SigningRoot, _node.Files.TimestampRoots, cancellationToken);
        Assert.That(Osslsigncode.AcceptsStamped(judged), Is.True, judged.All);

        var verified = await _node.RunAsync(["verify", "--json", file], cancellationToken);
        Assert.That(verified.Output, Does.Contain(Path.GetExtension(name)[1..]), verified.All);
    }
}
