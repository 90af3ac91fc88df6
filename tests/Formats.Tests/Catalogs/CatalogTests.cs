using System.Security.Cryptography;
using System.Text;
using Signet.Formats.Catalogs;
using Signet.Formats.Catalogs.Verification;
using Signet.Formats.Tests.Cabinets;
using Signet.Formats.Tests.PortableExecutable;
using Signet.Formats.Tests.Signers;
using Signet.Formats.Tests.WindowsInstaller;
using Signet.Testing.Judges;
using Signet.Testing.Tools;

namespace Signet.Formats.Tests.Catalogs;

/// <summary>Catalogs that were made here: osslsigncode finds every file in them, and none that was changed.</summary>
[CancelAfter(120_000)]
public sealed class CatalogTests
{
    private const string Judge = "osslsigncode";
    private static readonly CatalogFormat Format = new();

    private FormatBench _bench = null!;
    private InMemorySigner _signer = null!;

    [OneTimeSetUp]
    public async Task SetUp()
    {
        _bench = await FormatBench.StartAsync();
        _signer = InMemorySigner.Create(_bench.Authority, "rsa3072");
    }

    [OneTimeTearDown]
    public async Task TearDown()
    {
        _signer.Dispose();
        await _bench.DisposeAsync();
    }

    [Test]
    public async Task Build_OverFilesOfEveryKind_LetsTheJudgeFindEachOne(CancellationToken cancellationToken)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["app/program.exe"] = new ImageBuilder { Overlay = 3 }.Build(),
            ["app/program64.dll"] = new ImageBuilder { Is64Bit = true }.Build(),
            ["app/signed.exe"] = await Bench.SignAsync(new ImageBuilder { Overlay = 1 }.Build(), _signer, null, FormatBench.Choices(), cancellationToken),
            ["real.dll"] = await File.ReadAllBytesAsync(typeof(Assert).Assembly.Location, cancellationToken),
            ["data.cab"] = new CabinetBuilder().Build(),
            ["setup.msi"] = new CompoundBuilder().Build(),
            ["script.ps1"] = Script("Write-Host 1"),
            ["data/Ünïcode.psm1"] = Script("$x = 1"),
        };
        var signed = await SignAsync(await BuildAsync(files, cancellationToken), _signer, _bench.Timestamper, cancellationToken);
        Assert.That((await _bench.VerifyAsync(Format, signed, cancellationToken)).Holds, Is.True);
        var catalog = await _bench.WriteAsync(signed, ".cat", cancellationToken);
        foreach (var (name, content) in files)
        {
            var judged = await JudgeAsync(content, Path.GetExtension(name), catalog, cancellationToken);
            Assert.That(Osslsigncode.AcceptsStamped(judged), Is.True, name + judged.All);
            FormatEvidence.Accepted("cat", Judge);

            var changed = (byte[])content.Clone();
            changed[^1] ^= 1;
            judged = await JudgeAsync(changed, Path.GetExtension(name), catalog, cancellationToken);
            Assert.That(Osslsigncode.Accepts(judged), name == "app/signed.exe" ? Is.Not.Null : Is.False, name + judged.All);
            FormatEvidence.RefusedAfterChange("cat", Judge);
        }

        // The judge takes no file but of formats that it signs; the others are looked up by hand, in the next test.
        var members = CatalogContents.Read(signed).Members;
        Assert.That(members.SelectMany(member => member.Names), Is.EquivalentTo(files.Keys.SelectMany(
            name => new[] { name.Split('/')[^1], name.Replace('/', '\\') })));
        Assert.That(members.Select(member => Convert.ToHexString(member.Tag.Span)), Is.Ordered);
        Assert.That(members.Select(member => member.Digest.ToArray()), Has.One.EqualTo(SHA256.HashData(files["setup.msi"])));
    }

    [Test]
    public async Task Build_OverOtherFiles_StatesTheirSha256(CancellationToken cancellationToken)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["readme.txt"] = "Grüße"u8.ToArray(),
            ["empty"] = [],
            ["MZ.txt"] = "MZ is no program"u8.ToArray(),
            ["large.bin"] = RandomNumberGenerator.GetBytes(300_000),
        };
        var members = CatalogContents.Read(await BuildAsync(files, cancellationToken)).Members;
        foreach (var (name, content) in files)
        {
            Assert.That(
                members.Single(member => member.Names.Contains(name)).Digest.ToArray(), Is.EqualTo(SHA256.HashData(content)), name);
        }
    }

    [Test]
    public async Task Build_OverACabinet_StatesWhatWindowsStates(CancellationToken cancellationToken)
    {
        // makecat's digest of a cabinet without reserved areas: all but the unused checksum at offset 4.
        var cabinet = new CabinetBuilder().Build();
        var digest = await new CatalogBuilder().AddAsync("a.cab", new MemoryStream(cabinet), cancellationToken);
        Assert.That(digest.Sha256.ToArray(), Is.EqualTo(SHA256.HashData([.. cabinet[..4], .. cabinet[8..]])));

        // A signature that comes later changes the header, so the catalog knows the cabinet before or after.
        var signedCabinet = await FormatBench.SignAsync(
            new Signet.Formats.Cabinets.CabinetFormat(), cabinet, _signer, null, FormatBench.Choices(), cancellationToken);
        var catalog = await SignAsync(
            await BuildAsync(new() { ["a.cab"] = signedCabinet }, cancellationToken), _signer, null, cancellationToken);
        var judged = await JudgeAsync(signedCabinet, ".cab", await _bench.WriteAsync(catalog, ".cat", cancellationToken), cancellationToken);
        Assert.That(Osslsigncode.Accepts(judged), Is.True, judged.All);
    }

    [Test]
    public async Task Build_OverAProgramThatIsSignedLater_KeepsItsPlace(CancellationToken cancellationToken)
    {
        var image = new ImageBuilder { Overlay = 5 }.Build();
        var catalog = await _bench.WriteAsync(await SignAsync(
            await BuildAsync(new() { ["a.exe"] = image }, cancellationToken), _signer, null, cancellationToken), ".cat", cancellationToken);
        var signed = await Bench.SignAsync(image, _signer, null, FormatBench.Choices(), cancellationToken);
        Assert.That(Osslsigncode.Accepts(await JudgeAsync(signed, ".exe", catalog, cancellationToken)), Is.True);
    }

    [Test]
    public async Task Build_OverAThousandFiles_NeedsOneSignature(CancellationToken cancellationToken)
    {
        using var signer = InMemorySigner.Create(_bench.Authority, "p256");
        var files = Enumerable.Range(0, 1000).ToDictionary(
            index => $"lib/file{index}.ps1", index => Script($"Write-Host {index}"), StringComparer.Ordinal);
        var signed = await SignAsync(await BuildAsync(files, cancellationToken), signer, _bench.Timestamper, cancellationToken);
        Assert.That(signer.Uses, Is.EqualTo(1));
        Assert.That(CatalogContents.Read(signed).Members, Has.Count.EqualTo(1000));
        var catalog = await _bench.WriteAsync(signed, ".cat", cancellationToken);
        foreach (var name in new[] { "lib/file0.ps1", "lib/file500.ps1", "lib/file999.ps1" })
        {
            var judged = await JudgeAsync(files[name], ".ps1", catalog, cancellationToken);
            Assert.That(Osslsigncode.AcceptsStamped(judged), Is.True, judged.All);
            FormatEvidence.Accepted("cat", Judge);
        }

        Assert.That(Osslsigncode.Accepts(await JudgeAsync(Script("Write-Host 1000"), ".ps1", catalog, cancellationToken)), Is.False);
    }

    [Test]
    public async Task Build_OverTheSameFilesAtTheSameTime_IsTheSame(CancellationToken cancellationToken)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["a"] = [1], ["b"] = [2], ["c"] = [1] };
        var first = await BuildAsync(files, cancellationToken);
        Assert.That(await BuildAsync(files, cancellationToken), Is.EqualTo(first));
        var members = CatalogContents.Read(first).Members;
        Assert.That(members, Has.Count.EqualTo(2), "Files that are the same are one member.");
        Assert.That(members.Single(member => member.Names.Contains("a")).Names, Does.Contain("c"));
    }

    [Test]
    public async Task Add_OfANameThatIsThere_IsRefused(CancellationToken cancellationToken)
    {
        var builder = new CatalogBuilder();
        await builder.AddAsync("dir/A.txt", new MemoryStream([1]), cancellationToken);
        Assert.That(async () => await builder.AddAsync("dir/a.TXT", new MemoryStream([2]), cancellationToken), Throws.ArgumentException);
        Assert.That(() => new CatalogBuilder().Build(DateTimeOffset.UnixEpoch), Throws.InvalidOperationException);
    }

    [Test]
    public void Add_OfABrokenProgram_IsRefused()
    {
        var image = new ImageBuilder().Build();
        Assert.That(
            async () => await new CatalogBuilder().AddAsync("a.exe", new MemoryStream(image[..^100]), CancellationToken.None),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.Malformed));
    }

    // The judge takes no script that is very short.
    private static byte[] Script(string line) => Encoding.UTF8.GetBytes(line + "\r\n" + new string('\n', 200));

    private static async Task<byte[]> BuildAsync(Dictionary<string, byte[]> files, CancellationToken cancellationToken)
    {
        var builder = new CatalogBuilder();
        foreach (var (name, content) in files)
        {
            await builder.AddAsync(name, new MemoryStream(content), cancellationToken);
        }

        Assert.That(builder.Count, Is.EqualTo(files.Count));
        return builder.Build(new DateTimeOffset(2026, 11, 25, 12, 0, 0, TimeSpan.Zero));
    }

    private static Task<byte[]> SignAsync(
        byte[] catalog, InMemorySigner signer, ITimestamper? timestamper, CancellationToken cancellationToken) =>
        FormatBench.SignAsync(Format, catalog, signer, timestamper, FormatBench.Choices(), cancellationToken);

    private async Task<ProgramResult> JudgeAsync(
        byte[] content, string extension, string catalog, CancellationToken cancellationToken) =>
        await Osslsigncode.VerifyInCatalogAsync(
            await _bench.WriteAsync(content, extension, cancellationToken), catalog, _bench.SigningRoots, _bench.TimestampRoots, cancellationToken);
}
