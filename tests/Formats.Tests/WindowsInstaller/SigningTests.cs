using System.Security.Cryptography;
using Signet.Formats.Tests.Signers;
using Signet.Formats.WindowsInstaller;
using Signet.Testing.Judges;
using Signet.Testing.Tools;

namespace Signet.Formats.Tests.WindowsInstaller;

/// <summary>Packages that osslsigncode and our own verifier accept, and in which nothing but the signature changed.</summary>
[CancelAfter(120_000)]
public sealed class SigningTests
{
    private const string Judge = "osslsigncode";
    private static readonly WindowsInstallerFormat Format = new();

    private FormatBench _bench = null!;
    private InMemorySigner _signer = null!;

    [OneTimeSetUp]
    public async Task SetUp()
    {
        _bench = await FormatBench.StartAsync();
        _signer = InMemorySigner.Create(_bench.Authority, "p256");
    }

    [OneTimeTearDown]
    public async Task TearDown()
    {
        _signer.Dispose();
        await _bench.DisposeAsync();
    }

    [Test]
    public async Task Sign_WithAnyKeyAndHash_IsAcceptedByBothJudges(
        [Values("rsa2048", "rsa3072", "rsa4096", "p256", "p384", "p521")] string key,
        [Values("SHA256", "SHA384", "SHA512")] string hash,
        CancellationToken cancellationToken)
    {
        using var signer = InMemorySigner.Create(_bench.Authority, key);
        var package = new CompoundBuilder { Version = key == "p384" ? 4 : 3 }.Build();
        var signed = await FormatBench.SignAsync(
            Format, package, signer, _bench.Timestamper, FormatBench.Choices(hash: new HashAlgorithmName(hash)), cancellationToken);

        await _bench.AssertAcceptedAsync(signed, ".msi", cancellationToken, stamped: true);
        FormatEvidence.Accepted("msi", Judge);
        var signature = (await _bench.VerifyAsync(Format, signed, cancellationToken)).Signatures.Single();
        Assert.Multiple(() =>
        {
            Assert.That(signature.Problems, Is.Empty);
            Assert.That(signature.DigestAlgorithm.Replace("-", string.Empty, StringComparison.Ordinal), Is.EqualTo(hash));
            Assert.That(signature.Description, Is.EqualTo("Grüße"));
            Assert.That(signature.Timestamp, Is.Not.Null);
            Assert.That(signature.Signer, Is.EqualTo(signer.CertificateChain[0]));
            Assert.That(signer.Uses, Is.EqualTo(1));
        });
        AssertOnlySignatureAdded(package, signed);
    }

    private static IEnumerable<TestCaseData> Shapes()
    {
        yield return Shape("version 3", new CompoundBuilder());
        yield return Shape("version 4", new CompoundBuilder { Version = 4 });
        yield return Shape("FAT exactly full", new CompoundBuilder { FillToSectors = 128 });
        yield return Shape("FAT full but one", new CompoundBuilder { FillToSectors = 127 });
        yield return Shape("header's DIFAT full", new CompoundBuilder { FillToSectors = 109 * 128 });
        yield return Shape("DIFAT in use", new CompoundBuilder { FillToSectors = (112 * 128) - 3 });
        yield return Shape("DIFAT sector full", new CompoundBuilder { FillToSectors = (109 + 127) * 128 });
        yield return Shape("version 4, FAT exactly full", new CompoundBuilder { Version = 4, FillToSectors = 1024 });
        yield return Shape("free sectors", new CompoundBuilder { FreeSectors = 40 });
        yield return Shape("a few free sectors", new CompoundBuilder { FreeSectors = 2 });
        yield return Shape("no mini stream", new CompoundBuilder { Streams = new() { ["large"] = CompoundBuilder.Bytes(9000) } });
        yield return Shape("no streams", new CompoundBuilder { Streams = [] });
        yield return Shape("directory full", Many(3, 0));
        yield return Shape("directory full but one", Many(2, 0));
        yield return Shape("many members", Many(200, 0));
        yield return Shape("mini FAT full", Many(65, 128));
        yield return Shape("version 4, directory full", new CompoundBuilder { Version = 4, Streams = Many(31, 10).Streams });
        yield return Shape("patch", new CompoundBuilder { ClassId = new Guid("000c1086-0000-0000-c000-000000000046") });
        yield return Shape("transform", new CompoundBuilder { ClassId = new Guid("000c1082-0000-0000-c000-000000000046") });

        static TestCaseData Shape(string name, CompoundBuilder builder) => new TestCaseData(builder).SetArgDisplayNames(name);

        static CompoundBuilder Many(int count, int bytes) => new()
        {
            // The judge takes no directory in sector 0, so a large stream comes first.
            Streams = Enumerable.Range(0, count).ToDictionary(
                index => $"s{index}".PadRight(2 + (index % 20), 'x'), index => CompoundBuilder.Bytes(index == 0 ? 5000 : bytes), StringComparer.Ordinal),
        };
    }

    [TestCaseSource(nameof(Shapes))]
    public async Task Sign_OfAnyShape_AddsTheTwoStreamsAndNothingElse(object shape, CancellationToken cancellationToken)
    {
        var package = ((CompoundBuilder)shape).Build();
        var signed = await FormatBench.SignAsync(Format, package, _signer, null, FormatBench.Choices(), cancellationToken);
        AssertOnlySignatureAdded(package, signed);
        var report = await _bench.VerifyAsync(Format, signed, cancellationToken);
        Assert.That(report.Holds, Is.True, string.Join('\n', report.Signatures.SelectMany(signature => signature.Problems)));

        // A second signature goes where the first one was.
        var again = await FormatBench.SignAsync(
            Format, signed, _signer, null, FormatBench.Choices(ExistingSignatureRule.Replace), cancellationToken);
        AssertOnlySignatureAdded(package, again);
        Assert.That(again, Has.Length.EqualTo(signed.Length).Within(4096));
        Assert.That(
            (await _bench.VerifyAsync(Format, again, cancellationToken)).Signatures.Single().ContentDigest.ToArray(),
            Is.EqualTo(report.Signatures[0].ContentDigest.ToArray()));

        // The judge takes no storage without members.
        if (((CompoundBuilder)shape).Streams.Count > 0)
        {
            await _bench.AssertAcceptedAsync(signed, ".msi", cancellationToken);
            FormatEvidence.Accepted("msi", Judge);
        }
    }

    [Test]
    public async Task Sign_WithALongSignature_GoesToSectorsOfTheirOwn(
        [Values(3, 4)] int version, [Values(0, 3)] int free, CancellationToken cancellationToken)
    {
        using var rsa = InMemorySigner.Create(_bench.Authority, "rsa4096");
        var package = new CompoundBuilder { Version = version, FreeSectors = free }.Build();
        var signed = await FormatBench.SignAsync(Format, package, rsa, _bench.Timestamper, FormatBench.Choices(), cancellationToken);
        AssertOnlySignatureAdded(package, signed);
        Assert.That(new StrictCompoundFile(signed).Content["\u0005DigitalSignature"], Has.Length.GreaterThan(4096));

        // From long to short, and back.
        var replace = FormatBench.Choices(ExistingSignatureRule.Replace);
        var shorter = await FormatBench.SignAsync(Format, signed, _signer, null, replace, cancellationToken);
        AssertOnlySignatureAdded(package, shorter);
        var longer = await FormatBench.SignAsync(Format, shorter, rsa, _bench.Timestamper, replace, cancellationToken);
        AssertOnlySignatureAdded(package, longer);
        Assert.That(longer, Has.Length.EqualTo(signed.Length).Within(4096));
        await _bench.AssertAcceptedAsync(longer, ".msi", cancellationToken, stamped: true);
    }

    [Test]
    public async Task Sign_OfALastSectorThatIsCutShort_FillsItUp(CancellationToken cancellationToken)
    {
        using var rsa = InMemorySigner.Create(_bench.Authority, "rsa4096");
        var package = new CompoundBuilder().Build();
        var signed = await FormatBench.SignAsync(Format, package, rsa, _bench.Timestamper, FormatBench.Choices(), cancellationToken);
        var cut = signed[..(signed.AsSpan().LastIndexOfAnyExcept((byte)0) + 1)];
        Assert.That(cut, Has.Length.LessThan(signed.Length), "The signature ends with a sector.");

        var replace = FormatBench.Choices(ExistingSignatureRule.Replace);
        AssertOnlySignatureAdded(package, await FormatBench.SignAsync(Format, cut, rsa, _bench.Timestamper, replace, cancellationToken));
        var free = (byte[])[.. signed, .. CompoundBuilder.Bytes(100)];
        var filled = await FormatBench.SignAsync(
            Format, free, rsa, null, FormatBench.Choices(ExistingSignatureRule.Append), cancellationToken);
        AssertOnlySignatureAdded(package, filled);
        await _bench.AssertAcceptedAsync(filled, ".msi", cancellationToken);
    }

    [Test]
    public async Task Sign_OfAPackageByWixl_IsIntactForMsitools(CancellationToken cancellationToken)
    {
        foreach (var size in new[] { 10, 5000, 900_000 })
        {
            var package = await WixPackage.MakeAsync(_bench.Directory, size, cancellationToken);
            var signed = await FormatBench.SignAsync(
                Format, package, _signer, _bench.Timestamper, FormatBench.Choices(), cancellationToken);
            await _bench.AssertAcceptedAsync(signed, ".msi", cancellationToken, stamped: true);
            FormatEvidence.Accepted("msi", Judge);
            await AssertSameForMsitoolsAsync(package, signed, cancellationToken);
        }
    }

    [Test]
    public async Task Sign_OfASignedPackage_IsRefusedWhenAskedFor(CancellationToken cancellationToken)
    {
        var signed = await FormatBench.SignAsync(
            Format, new CompoundBuilder().Build(), _signer, null, FormatBench.Choices(), cancellationToken);
        var uses = _signer.Uses;
        Assert.That(
            async () => await FormatBench.SignAsync(Format, signed, _signer, null, FormatBench.Choices(), cancellationToken),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.AlreadySigned));
        Assert.That(_signer.Uses, Is.EqualTo(uses));
    }

    [Test]
    public async Task Sign_WithAppend_KeepsEverySignature(CancellationToken cancellationToken)
    {
        using var first = InMemorySigner.Create(_bench.Authority, "rsa3072");
        var append = FormatBench.Choices(ExistingSignatureRule.Append);
        var package = new CompoundBuilder().Build();
        var signed = await FormatBench.SignAsync(Format, package, first, _bench.Timestamper, append, cancellationToken);
        signed = await FormatBench.SignAsync(Format, signed, _signer, _bench.Timestamper, append, cancellationToken);

        var report = await _bench.VerifyAsync(Format, signed, cancellationToken);
        Assert.That(report.Signatures.Select(signature => signature.Signer), Is.EqualTo(new[]
        {
            first.CertificateChain[0], _signer.CertificateChain[0],
        }));
        Assert.That(report.Holds, Is.True);
        AssertOnlySignatureAdded(package, signed);
        var judged = await _bench.JudgeAsync(signed, ".msi", cancellationToken);
        Assert.That(Osslsigncode.Accepts(judged), Is.True, judged.All);
        Assert.That(judged.Output, Does.Contain("Number of verified signatures: 2"));
        Assert.That(
            async () => await FormatBench.SignAsync(
                Format, signed, _signer, null, FormatBench.Choices(ExistingSignatureRule.Append, HashAlgorithmName.SHA384), cancellationToken),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.InvalidChoice));
    }

    [Test]
    public void Sign_WithPss_IsRefused()
    {
        using var signer = InMemorySigner.Create(_bench.Authority, "rsa2048", pss: true);
        Assert.That(
            async () => await FormatBench.SignAsync(
                Format, new CompoundBuilder().Build(), signer, null, FormatBench.Choices(), CancellationToken.None),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.InvalidChoice));
    }

    [Test]
    public void Sign_OfACompoundFileOfAnotherProgram_IsRefused() => Assert.That(
        async () => await FormatBench.SignAsync(
            Format, new CompoundBuilder { ClassId = new Guid("00020906-0000-0000-c000-000000000046") }.Build(), _signer, null,
            FormatBench.Choices(), CancellationToken.None),
        Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.Unsupported));

    [Test]
    public async Task Verify_OfASignatureByOsslsigncode_Holds(
        [Values] bool metadata, [Values("sha256", "sha512")] string hash, CancellationToken cancellationToken)
    {
        using var signer = InMemorySigner.Create(_bench.Authority, "rsa2048");
        var package = await WixPackage.MakeAsync(_bench.Directory, 3000, cancellationToken);
        string[] options = metadata ? ["-h", hash, "-n", "Hello", "-add-msi-dse"] : ["-h", hash, "-n", "Hello"];
        var theirs = await _bench.SignByOsslsigncodeAsync(package, ".msi", signer, cancellationToken, options);
        var report = await _bench.VerifyAsync(Format, theirs, cancellationToken);
        Assert.That(report.Signatures.Single().Problems, Is.Empty);
        Assert.That(report.Signatures[0].Description, Is.EqualTo("Hello"));

        // Beside theirs ours says the same; in its place it has the digest over the metadata always.
        var algorithm = new HashAlgorithmName(hash.ToUpperInvariant());
        var both = await FormatBench.SignAsync(
            Format, theirs, _signer, null, FormatBench.Choices(ExistingSignatureRule.Append, algorithm), cancellationToken);
        Assert.That((await _bench.VerifyAsync(Format, both, cancellationToken)).Holds, Is.True);
        await _bench.AssertAcceptedAsync(both, ".msi", cancellationToken);
        var ours = await FormatBench.SignAsync(
            Format, theirs, _signer, null, FormatBench.Choices(ExistingSignatureRule.Replace, algorithm), cancellationToken);
        var own = await _bench.VerifyAsync(Format, ours, cancellationToken);
        Assert.That(own.Holds, Is.True);
        Assert.That(own.Signatures[0].ContentDigest.ToArray(), metadata
            ? Is.EqualTo(report.Signatures[0].ContentDigest.ToArray())
            : Is.Not.EqualTo(report.Signatures[0].ContentDigest.ToArray()));
        await _bench.AssertAcceptedAsync(ours, ".msi", cancellationToken);
    }

    private static void AssertOnlySignatureAdded(byte[] package, byte[] signed)
    {
        var (before, after) = (new StrictCompoundFile(package), new StrictCompoundFile(signed));
        foreach (var name in new[] { "\u0005DigitalSignature", "\u0005MsiDigitalSignatureEx" })
        {
            Assert.That(after.Content.Remove(name), Is.True, $"{name} is missing");
            after.Metadata.Remove(name);
        }

        Assert.That(after.Content, Is.EqualTo(before.Content));
        Assert.That(after.Metadata, Is.EqualTo(before.Metadata));
    }

    private async Task AssertSameForMsitoolsAsync(byte[] package, byte[] signed, CancellationToken cancellationToken)
    {
        var before = await _bench.WriteAsync(package, ".msi", cancellationToken);
        var after = await _bench.WriteAsync(signed, ".msi", cancellationToken);
        foreach (var command in new[] { "suminfo", "tables", "streams" })
        {
            var old = await ExternalProgram.RunSuccessfullyAsync("msiinfo", [command, before], cancellationToken);
            var now = await ExternalProgram.RunSuccessfullyAsync("msiinfo", [command, after], cancellationToken);
            Assert.That(Lines(now), Is.EqualTo(Lines(old)), command);
        }

        var names = (await ExternalProgram.RunSuccessfullyAsync("gsf", ["list", before], cancellationToken)).Output
            .Split('\n').Where(line => line.StartsWith("f ", StringComparison.Ordinal)).Select(line => line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries)[2]).ToList();
        Assert.That(names, Has.Count.GreaterThan(5));
        foreach (var name in names)
        {
            var old = await ExternalProgram.RunSuccessfullyAsync("gsf", ["dump", before, name], cancellationToken);
            var now = await ExternalProgram.RunSuccessfullyAsync("gsf", ["dump", after, name], cancellationToken);
            Assert.That(now.Output, Is.EqualTo(old.Output), name);
        }

        FormatEvidence.Accepted("msi", "msitools and libgsf");

        static IEnumerable<string> Lines(ProgramResult result) => result.Output.Split('\n')
            .Where(line => !line.Contains("DigitalSignature", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
    }
}
