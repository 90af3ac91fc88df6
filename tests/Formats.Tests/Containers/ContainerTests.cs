using System.IO.Compression;
using Signet.Formats.Containers;
using Signet.Formats.Msix;
using Signet.Formats.NuGetPackage;
using Signet.Formats.Tests.NuGetPackage;
using Signet.Formats.Tests.Signers;
using Signet.Testing.Judges;
using Signet.Testing.Packages;

namespace Signet.Formats.Tests.Containers;

/// <summary>Files in containers get new content, and what the containers say of their files follows.</summary>
[CancelAfter(120_000)]
public sealed class ContainerTests
{
    private FormatBench _bench = null!;

    [OneTimeSetUp]
    public async Task SetUp() => _bench = await FormatBench.StartAsync();

    [OneTimeTearDown]
    public async Task TearDown() => await _bench.DisposeAsync();

    [TestCase("zip", "a.zip")]
    [TestCase("msix", "a.msix")]
    [TestCase("vsix", "a.vsix")]
    [TestCase("jar", "a.jar")]
    [TestCase("nuget", "a.nupkg")]
    public void Default_OfAContainer_OpensIt(string name, string file)
    {
        var format = FormatCatalog.Default.Find("PK\x3\x4"u8, file);
        Assert.That(format.Name, Is.EqualTo(name));
        Assert.That(format, Is.InstanceOf<IContainerFormat>());
    }

    [Test]
    public async Task Replace_OfFilesOfAPackage_KeepsTheBlockMapTrue(
        [Values("SHA256", "SHA512")] string hash, [Values] bool zip64, [Values(0, 1, 65_536, 200_001)] int length,
        CancellationToken cancellationToken)
    {
        var package = new PackageBuilder { Hash = hash, Zip64 = zip64, WithCatalog = true }.Build();
        var content = PackageBuilder.Content(length);
        var changed = await ReplaceAsync(new MsixFormat(), package, cancellationToken, ("App.exe", content), ("Assets/Logo%201.png", content));

        // The block map is held against the content when the package is signed, and by our verifier.
        using var signer = InMemorySigner.Create(_bench.Authority, "p256");
        var signed = await FormatBench.SignAsync(new MsixFormat(), changed, signer, null, FormatBench.Choices(), cancellationToken);
        var report = await _bench.VerifyAsync(new MsixFormat(), signed, cancellationToken);
        Assert.That(report.Holds, Is.True, string.Join('\n', report.Signatures.SelectMany(signature => signature.Problems)));
        var judged = await Osslsigncode.VerifyAsync(
            await _bench.WriteAsync(signed, ".msix", cancellationToken), _bench.SigningRoots, _bench.TimestampRoots, cancellationToken);
        Assert.That(Osslsigncode.Accepts(judged), Is.True, judged.All);

        using var archive = new ZipArchive(new MemoryStream(signed));
        Assert.That(VsixParts.Names(signed), Does.Not.Contain("AppxMetadata/CodeIntegrity.cat"));
        foreach (var name in new[] { "App.exe", "Assets/Logo%201.png" })
        {
            using var stream = archive.GetEntry(name)!.Open();
            using var bytes = new MemoryStream();
            await stream.CopyToAsync(bytes, cancellationToken);
            Assert.That(bytes.ToArray().AsSpan().SequenceEqual(content), Is.True, name);
        }
    }

    [Test]
    public async Task Replace_OfAPackageInABundle_StatesWhereItsPackagesAreNow(CancellationToken cancellationToken)
    {
        var bundle = new PackageBuilder
        {
            IsBundle = true,
            Files = [("a.msix", new PackageBuilder().Build(), false), ("b.msix", new PackageBuilder().Build(), false)],
        }.Build();
        var larger = new PackageBuilder { Files = [("c.txt", PackageBuilder.Content(70_000), true)] }.Build();
        var changed = await ReplaceAsync(new MsixFormat(), bundle, cancellationToken, ("a.msix", larger));

        using var archive = new ZipArchive(new MemoryStream(changed));
        using var manifest = archive.GetEntry("AppxMetadata/AppxBundleManifest.xml")!.Open();
        foreach (var package in System.Xml.Linq.XElement.Load(manifest).Descendants().Where(element => element.Name.LocalName == "Package"))
        {
            var offset = (int)package.Attribute("Offset")!;
            var size = (int)package.Attribute("Size")!;
            using var inner = new ZipArchive(new MemoryStream(changed, offset, size));
            Assert.That(inner.GetEntry("AppxManifest.xml"), Is.Not.Null);
        }

        using var signer = InMemorySigner.Create(_bench.Authority, "p256");
        var signed = await FormatBench.SignAsync(new MsixFormat(), changed, signer, null, FormatBench.Choices(), cancellationToken);
        var report = await _bench.VerifyAsync(new MsixFormat(), signed, cancellationToken);
        Assert.That(report.Holds, Is.True, string.Join('\n', report.Signatures.SelectMany(signature => signature.Problems)));
    }

    [Test]
    public async Task Replace_InANuGetPackage_LeavesOneThatTheSdkAccepts(CancellationToken cancellationToken)
    {
        await using var bench = await NuGetBench.CreateAsync();
        using var signer = InMemorySigner.Create(bench.Authority, "rsa2048");
        var package = await NuGetBench.SignAsync(NuGetBench.Sample(), signer, null, FormatBench.Choices(), cancellationToken);
        var changed = await ReplaceAsync(
            new NuGetPackageFormat(TimeProvider.System), package, cancellationToken, ("lib/net10.0/Sample.dll", PackageBuilder.Content(5000)));
        var before = await bench.JudgeAsync(changed, cancellationToken);
        Assert.That(NuGetCommand.Accepts(before), Is.False, before.All);

        var signed = await NuGetBench.SignAsync(
            changed, signer, bench.Timestamper, FormatBench.Choices(ExistingSignatureRule.Replace), cancellationToken);
        var judged = await bench.JudgeAsync(signed, cancellationToken);
        Assert.That(NuGetCommand.AcceptsStamped(judged), Is.True, judged.All);
    }

    [Test]
    public void Sign_OfAZipItself_IsRefused()
    {
        using var signer = InMemorySigner.Create(_bench.Authority, "p256");
        var zip = new VsixBuilder().Build();
        Assert.That(
            async () => await FormatBench.SignAsync(new ZipFormat(), zip, signer, null, FormatBench.Choices(), CancellationToken.None),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.InvalidChoice));
    }

    private static async Task<byte[]> ReplaceAsync(
        IContainerFormat format, byte[] file, CancellationToken cancellationToken, params (string Name, byte[] Content)[] replaced)
    {
        using var stream = new MemoryStream(file, writable: false);
        var container = await format.OpenAsync(stream, cancellationToken);
        foreach (var (name, content) in replaced)
        {
            var entry = container.Entries.Single(candidate => candidate.Name == name);
            await container.ReplaceAsync(entry, new MemoryStream(content), cancellationToken);
        }

        using var edited = new EditedStream(stream, await container.ToEditsAsync(cancellationToken));
        using var result = new MemoryStream();
        await edited.CopyToAsync(result, cancellationToken);
        return result.ToArray();
    }
}
