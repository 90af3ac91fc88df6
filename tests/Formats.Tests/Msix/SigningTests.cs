using System.IO.Compression;
using System.Xml.Linq;
using Signet.Formats.Msix;
using Signet.Formats.Tests.Signers;
using Signet.Testing.Judges;
using Signet.Testing.Packages;

namespace Signet.Formats.Tests.Msix;

/// <summary>Signatures of app packages that osslsigncode and our own verifier accept.</summary>
[CancelAfter(120_000)]
public sealed class SigningTests
{
    private static readonly MsixFormat Format = new();

    private FormatBench _bench = null!;

    [OneTimeSetUp]
    public async Task SetUp() => _bench = await FormatBench.StartAsync();

    [OneTimeTearDown]
    public async Task TearDown() => await _bench.DisposeAsync();

    [Test]
    public async Task Sign_WithAnyKeyAndBlockMap_IsAcceptedByBothJudges(
        [Values("rsa2048", "rsa3072", "p256", "p384", "p521")] string key,
        [Values("SHA256", "SHA384", "SHA512")] string hash,
        [Values] bool stamped,
        CancellationToken cancellationToken)
    {
        using var signer = InMemorySigner.Create(_bench.Authority, key);
        var package = new PackageBuilder { Hash = hash, WithCatalog = stamped }.Build();
        var signed = await FormatBench.SignAsync(
            Format, package, signer, stamped ? _bench.Timestamper : null, FormatBench.Choices(), cancellationToken);

        await AssertAcceptedAsync(signed, stamped, cancellationToken);
        var signature = (await _bench.VerifyAsync(Format, signed, cancellationToken)).Signatures.Single();
        Assert.Multiple(() =>
        {
            Assert.That(signature.Problems, Is.Empty);
            Assert.That(signature.DigestAlgorithm.Replace("-", string.Empty, StringComparison.Ordinal), Is.EqualTo(hash));
            Assert.That(signature.Description, Is.EqualTo("Grüße"));
            Assert.That(signature.Timestamp is not null, Is.EqualTo(stamped));
            Assert.That(signature.Signer, Is.EqualTo(signer.CertificateChain[0]));
            Assert.That(signer.Uses, Is.EqualTo(1));
        });
        AssertLayout(package, signed);
    }

    [Test]
    public async Task Sign_OfAnyShape_IsAcceptedByBothJudges(
        [Values] bool zip64, [Values] bool isBundle, CancellationToken cancellationToken)
    {
        using var signer = InMemorySigner.Create(_bench.Authority, "p256");
        var package = new PackageBuilder { Zip64 = zip64, IsBundle = isBundle };
        if (isBundle)
        {
            var inner = await SignAsync(new PackageBuilder().Build(), signer, cancellationToken);
            package = package with { Files = [("App_x64.msix", inner, false), ("App_arm64.msix", new PackageBuilder().Build(), false)] };
        }

        var signed = await SignAsync(package.Build(), signer, cancellationToken);
        await AssertAcceptedAsync(signed, stamped: false, cancellationToken);
        var report = await _bench.VerifyAsync(Format, signed, cancellationToken);
        Assert.That(report.Holds, Is.True, string.Join('\n', report.Signatures.SelectMany(signature => signature.Problems)));
        AssertLayout(package.Build(), signed);
    }

    [Test]
    public async Task Sign_WithReplace_LeavesOneSignatureAndTheSameContent([Values] bool zip64, CancellationToken cancellationToken)
    {
        using var old = InMemorySigner.Create(_bench.Authority, "rsa3072");
        using var signer = InMemorySigner.Create(_bench.Authority, "p256");
        var first = await SignAsync(new PackageBuilder { Zip64 = zip64 }.Build(), old, cancellationToken);
        var second = await SignAsync(first, signer, cancellationToken, ExistingSignatureRule.Replace);

        await AssertAcceptedAsync(second, stamped: false, cancellationToken);
        var before = (await _bench.VerifyAsync(Format, first, cancellationToken)).Signatures.Single();
        var after = (await _bench.VerifyAsync(Format, second, cancellationToken)).Signatures.Single();
        Assert.That(after.Problems, Is.Empty);
        Assert.That(after.Signer, Is.EqualTo(signer.CertificateChain[0]));
        Assert.That(after.ContentDigest.ToArray(), Is.EqualTo(before.ContentDigest.ToArray()));
    }

    [TestCase(ExistingSignatureRule.Refuse, FormatFailure.AlreadySigned)]
    [TestCase(ExistingSignatureRule.Append, FormatFailure.InvalidChoice)]
    public async Task Sign_OfASignedPackage_IsRefusedWhereItHasToBe(
        ExistingSignatureRule rule, FormatFailure failure, CancellationToken cancellationToken)
    {
        using var signer = InMemorySigner.Create(_bench.Authority, "p256");
        var signed = await SignAsync(new PackageBuilder().Build(), signer, cancellationToken);
        Assert.That(
            async () => await SignAsync(signed, signer, cancellationToken, rule),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(failure));
        Assert.That(signer.Uses, Is.EqualTo(1));
    }

    [TestCase("O=Signet tests, CN=Formats test")]
    [TestCase("CN=formats test, O=Signet tests")]
    [TestCase("CN=Somebody else")]
    [TestCase("no name")]
    public void Sign_ForAnotherPublisher_NamesBoth(string publisher)
    {
        using var signer = InMemorySigner.Create(_bench.Authority, "p256");
        var package = new PackageBuilder { Owner = publisher }.Build();
        Assert.That(
            async () => await SignAsync(package, signer, CancellationToken.None),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.InvalidChoice)
                .And.Message.Contains(publisher).And.Message.Contains("CN=Formats test, O=Signet tests"));
        Assert.That(signer.Uses, Is.Zero);
    }

    [TestCase("CN=\"Formats test\",O=Signet tests")]
    [TestCase("CN=Formats test, OID.2.5.4.10=Signet tests")]
    public async Task Sign_ForThePublisherInOtherWriting_IsAccepted(string publisher, CancellationToken cancellationToken)
    {
        using var signer = InMemorySigner.Create(_bench.Authority, "p256");
        var signed = await SignAsync(new PackageBuilder { Owner = publisher }.Build(), signer, cancellationToken);
        Assert.That((await _bench.VerifyAsync(Format, signed, cancellationToken)).Holds, Is.True);
    }

    [Test]
    public void Sign_WithPss_IsRefused()
    {
        using var signer = InMemorySigner.Create(_bench.Authority, "rsa2048", pss: true);
        Assert.That(
            async () => await SignAsync(new PackageBuilder().Build(), signer, CancellationToken.None),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.InvalidChoice));
        Assert.That(signer.Uses, Is.Zero);
    }

    [TestCase("App.exe")]
    [TestCase("AppxManifest.xml")]
    [TestCase("AppxBlockMap.xml")]
    [TestCase("[Content_Types].xml")]
    [TestCase("AppxSignature.p7x")]
    public async Task Verify_AfterOneByteOfAFileChanged_IsRefusedByBothJudges(string name, CancellationToken cancellationToken)
    {
        using var signer = InMemorySigner.Create(_bench.Authority, "p256");
        var signed = await SignAsync(new PackageBuilder().Build(), signer, cancellationToken);
        var nameAt = signed.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(name));
        signed[nameAt + name.Length + 40] ^= 1;

        var judged = await JudgeAsync(signed, cancellationToken);
        Assert.That(Osslsigncode.Accepts(judged), Is.False, judged.All);
        FormatEvidence.RefusedAfterChange("msix", "osslsigncode");
        Assert.That(await HoldsAsync(signed, cancellationToken), Is.False);
    }

    [Test]
    public async Task Verify_OfEveryChangedByteOfTheDirectory_DoesNotHold(CancellationToken cancellationToken)
    {
        using var signer = InMemorySigner.Create(_bench.Authority, "p256");
        var small = new PackageBuilder { Files = [("a.txt", PackageBuilder.Content(50), true)] };
        var signed = await SignAsync(small.Build(), signer, cancellationToken);
        Assert.That(await HoldsAsync(signed, cancellationToken), Is.True);
        var held = new List<int>();
        for (var offset = 0; offset < signed.Length; offset++)
        {
            var changed = (byte[])signed.Clone();
            changed[offset] ^= 1;
            if (await HoldsAsync(changed, cancellationToken))
            {
                held.Add(offset);
            }
        }

        // What nothing covers: versions, dates and attributes in the headers of the signature itself.
        var p7x = System.Text.Encoding.ASCII.GetBytes("AppxSignature.p7x");
        var local = signed.AsSpan().IndexOf(p7x) - 30;
        var central = signed.AsSpan().LastIndexOf(p7x) - 46;
        int[] free = [.. Fields(local, 4, 5, 10, 11, 12, 13), .. Fields(central, 4, 5, 6, 7, 12, 13, 14, 15, 34, 35, 36, 37, 38, 39, 40, 41)];

        // Compressed data has bits that mean nothing.
        held.RemoveAll(offset => offset > local && offset < central && Unpacked(signed, offset).SequenceEqual(Unpacked(signed, null)));
        Assert.That(held.Except(free), Is.Empty, $"local header at {local}, central header at {central}");

        static byte[] Unpacked(byte[] package, int? flipped)
        {
            package = (byte[])package.Clone();
            package[flipped ?? 0] ^= (byte)(flipped is null ? 0 : 1);
            using var archive = new ZipArchive(new MemoryStream(package));
            using var content = archive.GetEntry("AppxSignature.p7x")!.Open();
            using var bytes = new MemoryStream();
            content.CopyTo(bytes);
            return bytes.ToArray();
        }

        static IEnumerable<int> Fields(int header, params int[] offsets) => offsets.Select(offset => header + offset);
    }

    [Test]
    public async Task Verify_OfAPackageThatOsslsigncodeSigned_Holds([Values] bool isBundle, CancellationToken cancellationToken)
    {
        using var signer = InMemorySigner.Create(_bench.Authority, "rsa3072");
        var builder = new PackageBuilder { IsBundle = isBundle };
        if (isBundle)
        {
            builder = builder with { Files = [("App.msix", new PackageBuilder().Build(), false)] };
        }

        var unsigned = await _bench.WriteAsync(builder.Build(), ".msix", cancellationToken);
        var chain = await _bench.WriteAsync(System.Text.Encoding.ASCII.GetBytes(signer.ChainPem), ".pem", cancellationToken);
        var key = await _bench.WriteAsync(System.Text.Encoding.ASCII.GetBytes(signer.KeyPem), ".pem", cancellationToken);
        await Osslsigncode.SignAsync(unsigned, unsigned + ".signed", chain, key, cancellationToken, "-ts", _bench.TimestampAddress.AbsoluteUri);

        var signed = await File.ReadAllBytesAsync(unsigned + ".signed", cancellationToken);
        var report = await _bench.VerifyAsync(Format, signed, cancellationToken);
        Assert.That(report.Holds, Is.True, string.Join('\n', report.Signatures.SelectMany(signature => signature.Problems)));
        var replaced = await SignAsync(signed, signer, cancellationToken, ExistingSignatureRule.Replace);
        await AssertAcceptedAsync(replaced, stamped: false, cancellationToken);
    }

    [Test]
    public async Task Verify_OfAnUnsignedPackage_FindsNoSignature(CancellationToken cancellationToken) =>
        Assert.That((await _bench.VerifyAsync(Format, new PackageBuilder().Build(), cancellationToken)).Signatures, Is.Empty);

    private static Task<byte[]> SignAsync(
        byte[] package, InMemorySigner signer, CancellationToken cancellationToken,
        ExistingSignatureRule rule = ExistingSignatureRule.Refuse) =>
        FormatBench.SignAsync(Format, package, signer, null, FormatBench.Choices(rule), cancellationToken);

    private static void AssertLayout(byte[] package, byte[] signed)
    {
        using var before = new ZipArchive(new MemoryStream(package));
        using var after = new ZipArchive(new MemoryStream(signed));
        Assert.That(
            after.Entries.Select(entry => entry.FullName), Is.EqualTo(before.Entries.Select(entry => entry.FullName).Append("AppxSignature.p7x")));
        using var types = after.GetEntry("[Content_Types].xml")!.Open();
        var overrides = XElement.Load(types).Elements().Where(element => element.Attribute("PartName")?.Value == "/AppxSignature.p7x");
        Assert.That(overrides.Single().Attribute("ContentType")!.Value, Is.EqualTo("application/vnd.ms-appx.signature"));

        // Everything in front of the content types stays where it was, byte for byte.
        var kept = package.AsSpan().IndexOf("[Content_Types].xml"u8) - 30;
        Assert.That(signed.AsSpan(0, kept).SequenceEqual(package.AsSpan(0, kept)), Is.True);
        Assert.That(signed[^18..^14], Is.All.Zero, "disk numbers");
    }

    private async Task AssertAcceptedAsync(byte[] signed, bool stamped, CancellationToken cancellationToken)
    {
        var judged = await JudgeAsync(signed, cancellationToken);
        Assert.That(stamped ? Osslsigncode.AcceptsStamped(judged) : Osslsigncode.Accepts(judged), Is.True, judged.All);
        FormatEvidence.Accepted("msix", "osslsigncode");
    }

    private async Task<Signet.Testing.Tools.ProgramResult> JudgeAsync(byte[] signed, CancellationToken cancellationToken) =>
        await Osslsigncode.VerifyAsync(
            await _bench.WriteAsync(signed, ".msix", cancellationToken), _bench.SigningRoots, _bench.TimestampRoots, cancellationToken);

    private async Task<bool> HoldsAsync(byte[] package, CancellationToken cancellationToken)
    {
        try
        {
            return (await _bench.VerifyAsync(Format, package, cancellationToken)).Holds;
        }
        catch (SignatureFormatException)
        {
            return false;
        }
    }
}
