using Signet.EndToEnd.Tests.Node;
using Signet.Protocol.V1;
using Signet.Testing.Agent;
using Signet.Testing.Judges;
using Signet.Testing.Tools;

namespace Signet.EndToEnd.Tests.Signing;

/// <summary>Java, NuGet and Android packages through a real agent.</summary>
[CancelAfter(180_000)]
public sealed class ArchiveTests
{
    private AgentEnvironment _node = null!;

    [OneTimeSetUp]
    public async Task StartNode() => _node = await AgentEnvironment.StartUnlockedAsync(
        new AgentOptions
        {
            RsaRoots = true,
            Keys = [new() { Type = "rsa:2048" }],
            Profiles =
            [
                new() { Name = "stamped", Formats = ["jar", "nuget"] },
                new() { Name = "android", Formats = ["apk"], Timestamped = false },
            ],
            Grants = [new() { Profiles = ["stamped", "android"] }],
        },
        CancellationToken.None);

    [OneTimeTearDown]
    public async Task StopNode() => await _node.DisposeAsync();

    [Test]
    public async Task SignFile_OfAnArchive_IsAcceptedByItsJudge(
        [Values(
            "deb/libslf4j-java/usr/share/java/slf4j-api.jar",
            "nuget/packages/serilog/4.4.0/serilog.4.4.0.nupkg",
            "npm/appium-uiautomator2-server/10.6.6/package/apks/appium-uiautomator2-server-debug-androidTest.apk")]
        string path,
        CancellationToken cancellationToken)
    {
        using var directory = new TemporaryDirectory();
        using var caller = _node.Controller();
        var (content, name) = (await File.ReadAllBytesAsync(RealFiles.PathOf(path), cancellationToken), Path.GetFileName(path));
        var isApk = name.EndsWith(".apk", StringComparison.Ordinal);
        var request = ControllerClient.NewRequest(Names.Job, isApk ? "android" : "stamped", (name, content));
        request.Options = new SigningOptions { ExistingSignature = ExistingSignature.Replace };
        await caller.CreateRequestAsync(request, cancellationToken);
        var signed = await caller.SignFileAsync(request.RequestId, name, new MemoryStream(content), cancellationToken);

        var file = directory.File(name);
        await File.WriteAllBytesAsync(file, EditedFile.Apply(content, signed.Edits), cancellationToken);
        await AssertAcceptedAsync(directory, file, cancellationToken);
        var own = await SignetCommand.RunAsync(
            ["verify", file, "--root", _node.Files.SigningRoot, "--timestamp-root", _node.Files.TimestampRoots], cancellationToken);
        Assert.That(own.ExitCode, Is.Zero, own.All);
    }

    [Test]
    public async Task SignFile_OfAnApkWithATimestamp_IsRefused(CancellationToken cancellationToken)
    {
        // The profile stamps, and knows no APKs: the format is refused before the timestamp is.
        using var caller = _node.Controller();
        var refusal = await Refused.ByAsync(() => caller.SignAsync(Names.Job, "stamped", "a.apk", [0x50, 0x4b, 5, 6, .. new byte[18]], cancellationToken));
        Assert.That(refusal.Reason, Is.EqualTo(ErrorReason.UnsupportedFormat));
    }

    private async Task AssertAcceptedAsync(TemporaryDirectory directory, string file, CancellationToken cancellationToken)
    {
        switch (Path.GetExtension(file))
        {
            case ".jar":
                var jarsigner = await Jarsigner.CreateAsync(
                    directory, cancellationToken, _node.Files.SigningRoot, _node.Files.TimestampRoots);
                var jar = await jarsigner.VerifyAsync(file, cancellationToken);
                Assert.That(Jarsigner.AcceptsStamped(jar), Is.True, jar.All);
                break;
            case ".nupkg":
                var nuget = await NuGetCommand.CreateAsync(
                    directory, _node.Files.SigningRoot, _node.Files.TimestampRoots, cancellationToken);
                var package = await nuget.VerifyAsync([file], cancellationToken);
                Assert.That(NuGetCommand.AcceptsStamped(package), Is.True, package.All);
                break;
            default:
                var apk = await Apksigner.VerifyAsync(file, cancellationToken);
                Assert.That(Apksigner.Accepts(apk), Is.True, apk.All);
                break;
        }
    }
}
