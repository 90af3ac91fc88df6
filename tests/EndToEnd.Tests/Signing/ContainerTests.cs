using System.IO.Compression;
using Signet.EndToEnd.Tests.Node;
using Signet.Protocol.V1;
using Signet.Testing.Agent;
using Signet.Testing.Judges;
using Signet.Testing.Packages;
using Signet.Testing.Tools;

namespace Signet.EndToEnd.Tests.Signing;

/// <summary>Containers are signed inside out in one request, and judges accept what is inside and the container itself.</summary>
[CancelAfter(180_000)]
public sealed class ContainerTests
{
    private const string Publisher = "CN=Signet test release, O=Signet tests";
    private const string Flat = "flat";

    private AgentEnvironment _node = null!;
    private TemporaryDirectory _directory = null!;
    private byte[] _program = null!;
    private byte[] _library = null!;

    [OneTimeSetUp]
    public async Task StartNode()
    {
        _directory = new TemporaryDirectory();
        _program = await File.ReadAllBytesAsync(SampleProgram.Executable);
        _library = await File.ReadAllBytesAsync(SampleProgram.Library);
        string[] formats = ["pe", "msix", "vsix", "jar", "nuget", "zip"];
        _node = await AgentEnvironment.StartUnlockedAsync(
            new AgentOptions
            {
                // NuGet wants RSA all the way up.
                RsaRoots = true,
                Keys = [new() { Type = "rsa:2048" }],
                Profiles = [new() { Formats = formats, Recurse = true, Limits = "{ files: 8 }" }, new() { Name = Flat, Formats = formats }],
                Grants = [new() { Profiles = [Names.Profile, Flat] }],
            },
            CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task StopNode()
    {
        await _node.DisposeAsync();
        _directory.Dispose();
    }

    [Test]
    public async Task SignFile_OfAPackageWithPrograms_SignsThemFirst(CancellationToken cancellationToken)
    {
        var package = Package(("App.exe", _program, true), ("bin/lib.dll", _library, false), ("read me.txt", [1, 2], true));
        var (signed, records) = await SignAsync("app.msix", package, cancellationToken);

        await AssertAcceptedAsync(signed, "app.msix", cancellationToken);
        await AssertAcceptedAsync(Read(signed, "App.exe"), "App.exe", cancellationToken);
        await AssertAcceptedAsync(Read(signed, "bin/lib.dll"), "lib.dll", cancellationToken);
        Assert.That(Read(signed, "read%20me.txt"), Is.EqualTo(new byte[] { 1, 2 }));
        Assert.That(
            records.Select(record => (record.Text("file"), record.Text("format"))),
            Is.EqualTo(new[] { ("app.msix!/App.exe", "pe"), ("app.msix!/bin/lib.dll", "pe"), ("app.msix", "msix") }));
        FormatEvidence.Accepted("containers", "osslsigncode");
    }

    [Test]
    public async Task SignFile_OfABundleOfPackages_SignsFromTheInnermost(CancellationToken cancellationToken)
    {
        var package = Package(("App.exe", _program, true));
        var bundle = new PackageBuilder { IsBundle = true, Owner = Publisher, Files = [("x64.msix", package, false), ("arm.msix", package, false)] }.Build();
        var (signed, records) = await SignAsync("app.msixbundle", bundle, cancellationToken);

        await AssertAcceptedAsync(signed, "app.msixbundle", cancellationToken);
        foreach (var name in new[] { "x64.msix", "arm.msix" })
        {
            await AssertAcceptedAsync(Read(signed, name), name, cancellationToken);
            await AssertAcceptedAsync(Read(Read(signed, name), "App.exe"), "App.exe", cancellationToken);
        }

        Assert.That(records.Select(record => record.Text("file")), Is.EqualTo(new[]
        {
            "app.msixbundle!/x64.msix!/App.exe", "app.msixbundle!/x64.msix",
            "app.msixbundle!/arm.msix!/App.exe", "app.msixbundle!/arm.msix", "app.msixbundle",
        }));
    }

    [Test]
    public async Task SignFile_OfAZip_SignsWhatIsInsideAndSkipsWhatIsSigned(CancellationToken cancellationToken)
    {
        using var caller = _node.Controller();
        var upload = await caller.SignAsync(Names.Job, Names.Profile, "lib.dll", _library, cancellationToken);
        var signedBefore = EditedFile.Apply(_library, upload.Edits);
        var zip = Zip(
            ("a/hello.exe", _program), ("inner.zip", Zip(("b.dll", _library), ("c.txt", [1]))), ("signed.dll", signedBefore),
            ("fake.exe", [1, 2, 3]), ("ext.vsix", new VsixBuilder().Build()));
        var (signed, records) = await SignAsync("release.zip", zip, cancellationToken);

        await AssertAcceptedAsync(Read(signed, "a/hello.exe"), "hello.exe", cancellationToken);
        await AssertAcceptedAsync(Read(Read(signed, "inner.zip"), "b.dll"), "b.dll", cancellationToken);
        Assert.That(Read(signed, "signed.dll"), Is.EqualTo(signedBefore));
        Assert.That(Read(signed, "fake.exe"), Is.EqualTo(new byte[] { 1, 2, 3 }));
        await AssertVsixAsync(Read(signed, "ext.vsix"), cancellationToken);
        Assert.That(records.Select(record => record.Text("file")), Is.EqualTo(new[]
        {
            "release.zip!/a/hello.exe", "release.zip!/inner.zip!/b.dll", "release.zip!/ext.vsix", "release.zip",
        }));
        Assert.That(records.Select(record => record.Text("timestamp")).Take(3), Is.All.Not.Empty);
    }

    [Test]
    public async Task SignFile_OfAJarAndANuGetPackage_SignsTheirLibrariesFirst(CancellationToken cancellationToken)
    {
        var manifest = "Manifest-Version: 1.0\r\n\r\n"u8.ToArray();
        var (jar, records) = await SignAsync("app.jar", Zip(("META-INF/MANIFEST.MF", manifest), ("native/lib.dll", _library)), cancellationToken);
        await AssertAcceptedAsync(Read(jar, "native/lib.dll"), "lib.dll", cancellationToken);
        var jarsigner = await Jarsigner.CreateAsync(
            _directory, cancellationToken, _node.Files.SigningRoot, _node.Files.TimestampRoots);
        var file = await WriteAsync(jar, "app.jar", cancellationToken);
        var judged = await jarsigner.VerifyAsync(file, cancellationToken);
        Assert.That(Jarsigner.AcceptsStamped(judged), Is.True, judged.All);
        await AssertOwnAsync(file, cancellationToken);
        Assert.That(records.Select(record => record.Text("file")), Is.EqualTo(new[] { "app.jar!/native/lib.dll", "app.jar" }));

        var nuspec = """
            <package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd"><metadata><id>Sample</id><version>1.0.0</version><authors>a</authors><description>d</description></metadata></package>
            """u8.ToArray();
        var (package, more) = await SignAsync("Sample.1.0.0.nupkg", Zip(("Sample.nuspec", nuspec), ("lib/net10.0/lib.dll", _library)), cancellationToken);
        await AssertAcceptedAsync(Read(package, "lib/net10.0/lib.dll"), "lib.dll", cancellationToken);
        file = await WriteAsync(package, "Sample.1.0.0.nupkg", cancellationToken);
        var nuget = await NuGetCommand.CreateAsync(
            _directory, _node.Files.SigningRoot, _node.Files.TimestampRoots, cancellationToken);
        judged = await nuget.VerifyAsync([file], cancellationToken);
        Assert.That(NuGetCommand.AcceptsStamped(judged), Is.True, judged.All);
        await AssertOwnAsync(file, cancellationToken);
        Assert.That(more.Select(record => record.Text("file")), Is.EqualTo(new[] { "Sample.1.0.0.nupkg!/lib/net10.0/lib.dll", "Sample.1.0.0.nupkg" }));
    }

    [Test]
    public async Task SignFile_OfAContainerThatIsSignedAgain_IsAnsweredFromTheStore(CancellationToken cancellationToken)
    {
        using var caller = _node.Controller();
        var zip = Zip(("hello.exe", _program));
        var request = await caller.CreateRequestAsync(ControllerClient.NewRequest(Names.Job, Names.Profile, ("a.zip", zip)), cancellationToken);
        var first = await caller.SignFileAsync(request.RequestId, "a.zip", new MemoryStream(zip), cancellationToken);
        var size = await LedgerOf.SizeAsync(_node, cancellationToken);
        var second = await caller.SignFileAsync(request.RequestId, "a.zip", new MemoryStream(zip), cancellationToken);
        Assert.That(second.Edits, Is.EqualTo(first.Edits));
        Assert.That(await LedgerOf.SizeAsync(_node, cancellationToken), Is.EqualTo(size));
    }

    [Test]
    public async Task SignFile_WithoutRecurse_SignsThePackageAlone(CancellationToken cancellationToken)
    {
        using var caller = _node.Controller();
        var package = Package(("App.exe", _program, true));
        var upload = await caller.SignAsync(Names.Job, Flat, "app.msix", package, cancellationToken);
        var signed = EditedFile.Apply(package, upload.Edits);
        await AssertAcceptedAsync(signed, "app.msix", cancellationToken);
        Assert.That(Read(signed, "App.exe"), Is.EqualTo(_program));
    }

    [Test]
    public async Task SignFile_OfWhatCannotBeSignedInside_SaysWhy(CancellationToken cancellationToken)
    {
        var program = ("a.exe", _program);
        var deep = Zip(("1.zip", Zip(("2.zip", Zip(("3.zip", Zip(("4.zip", Zip(program)))))))));
        await AssertRefusedAsync(Names.Profile, deep, ErrorReason.LimitExceeded, "deep", cancellationToken);
        await AssertRefusedAsync(Names.Profile, Zip(("a.txt", [1])), ErrorReason.UnsupportedFormat, "nothing", cancellationToken);
        await AssertRefusedAsync(Flat, Zip(program), ErrorReason.UnsupportedFormat, "recurse", cancellationToken);
        var many = Zip([.. Enumerable.Range(0, 9).Select(number => ($"{number}.dll", _library))]);
        await AssertRefusedAsync(Names.Profile, many, ErrorReason.LimitExceeded, "8", cancellationToken);
        var other = new PackageBuilder { Owner = "CN=Somebody else" }.Build();
        await AssertRefusedAsync(Names.Profile, Zip(("a.msix", other)), ErrorReason.InvalidRequest, "CN=Somebody else", cancellationToken);

        using var caller = _node.Controller();
        var zip = Zip(program);
        var upload = await caller.SignAsync(Names.Job, Names.Profile, "a.zip", zip, cancellationToken);
        await AssertRefusedAsync(Names.Profile, EditedFile.Apply(zip, upload.Edits), ErrorReason.AlreadySigned, "already", cancellationToken);
    }

    private async Task AssertRefusedAsync(
        string profile, byte[] zip, ErrorReason reason, string text, CancellationToken cancellationToken)
    {
        using var caller = _node.Controller();
        var refusal = await Refused.ByAsync(() => caller.SignAsync(Names.Job, profile, "a.zip", zip, cancellationToken));
        Assert.That(refusal.Reason, Is.EqualTo(reason), refusal.Message);
        Assert.That(refusal.Message, Does.Contain(text));
    }

    private async Task<(byte[] Signed, IReadOnlyList<RecordSeen> Records)> SignAsync(
        string name, byte[] content, CancellationToken cancellationToken)
    {
        using var caller = _node.Controller();
        var request = await caller.CreateRequestAsync(ControllerClient.NewRequest(Names.Job, Names.Profile, (name, content)), cancellationToken);
        var upload = await caller.SignFileAsync(request.RequestId, name, new MemoryStream(content), cancellationToken);
        var signed = EditedFile.Apply(content, upload.Edits);
        var sha256 = System.Security.Cryptography.SHA256.HashData(signed);
        Assert.That(upload.Result.SignedSha256.Memory.Span.SequenceEqual(sha256), Is.True);
        var records = await LedgerOf.ReadAsync(_node, cancellationToken, "file-signed");
        return (signed, [.. records.Where(record => record.Text("requestId") == request.RequestId)]);
    }

    private async Task AssertAcceptedAsync(byte[] content, string name, CancellationToken cancellationToken)
    {
        var file = await WriteAsync(content, name, cancellationToken);
        var judged = await Osslsigncode.VerifyAsync(file, _node.Files.SigningRoot, _node.Files.TimestampRoots, cancellationToken);
        Assert.That(Osslsigncode.AcceptsStamped(judged), Is.True, judged.All);
        await AssertOwnAsync(file, cancellationToken);
    }

    private async Task AssertVsixAsync(byte[] content, CancellationToken cancellationToken)
    {
        var part = VsixParts.Names(content).Single(name => name.EndsWith(".psdsxs", StringComparison.Ordinal));
        var judged = await Xmlsec1.VerifyAsync(
            await WriteAsync(Read(content, part), "signature.xml", cancellationToken), _node.Files.SigningRoot, cancellationToken);
        Assert.That(Xmlsec1.Accepts(judged), Is.True, judged.All);
        await AssertOwnAsync(await WriteAsync(content, "ext.vsix", cancellationToken), cancellationToken);
    }

    private async Task AssertOwnAsync(string file, CancellationToken cancellationToken)
    {
        var own = await SignetCommand.RunAsync(
            ["verify", file, "--root", _node.Files.SigningRoot, "--timestamp-root", _node.Files.TimestampRoots], cancellationToken);
        Assert.That(own.ExitCode, Is.Zero, own.All);
    }

    private async Task<string> WriteAsync(byte[] content, string name, CancellationToken cancellationToken)
    {
        var file = _directory.File($"{Guid.NewGuid():N}-{name}");
        await File.WriteAllBytesAsync(file, content, cancellationToken);
        return file;
    }

    private static byte[] Package(params (string Name, byte[] Content, bool Deflated)[] files) =>
        new PackageBuilder { Owner = Publisher, Files = files }.Build();

    private static byte[] Zip(params (string Name, byte[] Content)[] files)
    {
        using var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                using var stream = archive.CreateEntry(name).Open();
                stream.Write(content);
            }
        }

        return file.ToArray();
    }

    private static byte[] Read(byte[] container, string name)
    {
        using var archive = new ZipArchive(new MemoryStream(container));
        using var stream = archive.GetEntry(name)!.Open();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
