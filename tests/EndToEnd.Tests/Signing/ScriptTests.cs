using System.Text;
using Signet.Protocol.V1;
using Signet.Testing.Agent;
using Signet.Testing.Judges;
using Signet.Testing.Tools;

namespace Signet.EndToEnd.Tests.Signing;

/// <summary>Scripts, and programs with page hashes, through a real agent with a key on a token.</summary>
[CancelAfter(180_000)]
public sealed class ScriptTests
{
    private AgentEnvironment _node = null!;

    [OneTimeSetUp]
    public async Task StartNode() => _node = await AgentEnvironment.StartUnlockedAsync(
        new AgentOptions { Profiles = [new() { Formats = ["pe", "powershell", "powershell-xml", "mof", "vbscript", "jscript", "wsf"] }] },
        CancellationToken.None);

    [OneTimeTearDown]
    public async Task StopNode() => await _node.DisposeAsync();

    [TestCase("a.ps1", "Write-Output 'a'\r\n", true)]
    [TestCase("a.psm1", "\ufefffunction Get-A { 'ü' }\n", true)]
    [TestCase("a.ps1xml", "<Configuration />\r\n", true)]
    [TestCase("a.mof", "instance of A { };\r\n", true)]
    [TestCase("a.vbs", "WScript.Echo \"a\"\r\n", false)]
    [TestCase("a.js", "WScript.Echo('a');\r\n", false)]
    [TestCase("a.wsf", "<job>\r\n</job>\r\n", false)]
    public async Task SignFile_OfAScript_IsAccepted(string name, string text, bool byOsslsigncode, CancellationToken cancellationToken)
    {
        using var directory = new TemporaryDirectory();
        using var caller = _node.Controller();
        var content = Encoding.UTF8.GetBytes(text);
        var request = ControllerClient.NewRequest(Names.Job, Names.Profile, (name, content));
        await caller.CreateRequestAsync(request, cancellationToken);
        var signed = await caller.SignFileAsync(request.RequestId, name, new MemoryStream(content), cancellationToken);
        var file = directory.File(name);
        await File.WriteAllBytesAsync(file, EditedFile.Apply(content, signed.Edits), cancellationToken);

        var own = await SignetCommand.RunAsync(
            ["verify", file, "--root", _node.Files.SigningRoot, "--timestamp-root", _node.Files.TimestampRoots], cancellationToken);
        Assert.That(own.ExitCode, Is.Zero, own.All);
        if (byOsslsigncode)
        {
            var judged = await Osslsigncode.VerifyAsync(file, _node.Files.SigningRoot, _node.Files.TimestampRoots, cancellationToken);
            Assert.That(Osslsigncode.AcceptsStamped(judged), Is.True, judged.All);
        }
    }

    [Test]
    public async Task SignFile_WithPageHashes_HasThemAndAnotherManifest(CancellationToken cancellationToken)
    {
        using var directory = new TemporaryDirectory();
        using var caller = _node.Controller();
        var content = await File.ReadAllBytesAsync(SampleProgram.Executable, cancellationToken);
        var plain = await caller.CreateRequestAsync(
            ControllerClient.NewRequest(Names.Job, Names.Profile, ("a.exe", content)), cancellationToken);
        var request = ControllerClient.NewRequest(Names.Job, Names.Profile, ("a.exe", content));
        request.Options = new SigningOptions { PageHashes = true };
        var hashed = await caller.CreateRequestAsync(request, cancellationToken);
        Assert.That(hashed.ManifestSha256, Is.Not.EqualTo(plain.ManifestSha256), "Approvals of one would hold for the other.");

        var signed = await caller.SignFileAsync(request.RequestId, "a.exe", new MemoryStream(content), cancellationToken);
        var file = directory.File("a.exe");
        await File.WriteAllBytesAsync(file, EditedFile.Apply(content, signed.Edits), cancellationToken);
        var judged = await Osslsigncode.VerifyAsync(file, _node.Files.SigningRoot, _node.Files.TimestampRoots, cancellationToken);
        Assert.That(Osslsigncode.AcceptsStamped(judged), Is.True, judged.All);
        Assert.That(judged.Output, Does.Contain("Page hash algorithm  : SHA256"));
    }
}
