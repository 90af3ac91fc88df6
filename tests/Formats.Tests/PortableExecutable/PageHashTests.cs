using System.Security.Cryptography;
using Signet.Formats.Tests.Signers;
using Signet.Testing.Judges;
using Signet.Testing.Tools;

namespace Signet.Formats.Tests.PortableExecutable;

/// <summary>Hashes of pages in the signature: osslsigncode computes them too, in its signatures and when it judges.</summary>
[CancelAfter(120_000)]
public sealed class PageHashTests
{
    private Bench _bench = null!;
    private InMemorySigner _signer = null!;

    private static SigningChoices Choices => Bench.Choices(ExistingSignatureRule.Replace) with { PageHashes = true };

    [OneTimeSetUp]
    public async Task SetUp()
    {
        _bench = await Bench.CreateAsync();
        _signer = InMemorySigner.Create(_bench.Authority, "rsa2048");
    }

    [OneTimeTearDown]
    public async Task TearDown()
    {
        _signer.Dispose();
        await _bench.DisposeAsync();
    }

    [Test]
    public async Task Sign_OfAnyImage_HasThePageHashesThatTheJudgeComputes(
        [Values] bool is64Bit, [Values(1, 2, 9)] int sections, [Values(0, 3)] int overlay, CancellationToken cancellationToken)
    {
        var image = new ImageBuilder { Is64Bit = is64Bit, Sections = sections, Overlay = overlay }.Build();
        await AssertAcceptedAsync(await Bench.SignAsync(image, _signer, _bench.Timestamper, Choices, cancellationToken), cancellationToken);
    }

    [TestCase("SHA384")]
    [TestCase("SHA512")]
    public async Task Sign_WithAnotherHash_StillHashesPagesWithSha256(string hash, CancellationToken cancellationToken) =>
        await AssertAcceptedAsync(
            await Bench.SignAsync(
                new ImageBuilder().Build(), _signer, null, Choices with { HashAlgorithm = new HashAlgorithmName(hash) }, cancellationToken),
            cancellationToken);

    // Real ones whose sections are aligned to pages; for others osslsigncode takes the alignment for the size of a page.
    [TestCase("deb/libz-mingw-w64/usr/i686-w64-mingw32/lib/zlib1.dll")]
    [TestCase("deb/libz-mingw-w64/usr/x86_64-w64-mingw32/lib/zlib1.dll")]
    [TestCase("deb/python3-distlib/usr/lib/python3/dist-packages/distlib/t32.exe")]
    [TestCase("deb/python3-distlib/usr/lib/python3/dist-packages/distlib/t64-arm.exe")]
    [TestCase("deb/python3-distlib/usr/lib/python3/dist-packages/distlib/w64.exe")]
    [TestCase("deb/shim-unsigned/usr/lib/shim/fbx64.efi")]
    public async Task Sign_OfARealProgram_HasThePageHashesThatTheJudgeComputes(string path, CancellationToken cancellationToken)
    {
        var image = await File.ReadAllBytesAsync(RealFiles.PathOf(path), cancellationToken);
        var signed = await Bench.SignAsync(image, _signer, null, Choices, cancellationToken);
        await AssertAcceptedAsync(signed, cancellationToken);
    }

    [Test]
    public async Task Verify_OfAnAssemblyWithLargerAlignment_Holds(CancellationToken cancellationToken)
    {
        var path = RealFiles.PathOf("nuget/packages/newtonsoft.json/13.0.4/lib/net45/Newtonsoft.Json.dll");
        var signed = await Bench.SignAsync(await File.ReadAllBytesAsync(path, cancellationToken), _signer, null, Choices, cancellationToken);
        Assert.That((await _bench.VerifyAsync(signed, cancellationToken)).Holds, Is.True);
    }

    [Test]
    public async Task Sign_ThenChangeAByte_IsRefused([Values(0x10, 0x300, 0x450, 0x700)] int offset, CancellationToken cancellationToken)
    {
        var signed = await Bench.SignAsync(new ImageBuilder().Build(), _signer, null, Choices, cancellationToken);
        signed[offset] ^= 1;
        var report = await _bench.VerifyAsync(signed, cancellationToken);
        Assert.That(report.Signatures.Single().Problems, Has.Some.Contains("hashes of its pages"));
        Assert.That(Osslsigncode.Accepts(await _bench.JudgeAsync(signed, cancellationToken)), Is.False);
    }

    [Test]
    public async Task Verify_OfPageHashesByOsslsigncode_Holds([Values] bool is64Bit, CancellationToken cancellationToken)
    {
        var theirs = await _bench.SignByOsslsigncodeAsync(
            new ImageBuilder { Is64Bit = is64Bit, Sections = 3 }.Build(), ".exe", _signer, cancellationToken, "-h", "sha256", "-ph");
        var report = await _bench.VerifyAsync(theirs, cancellationToken);
        Assert.That(report.Signatures.Single().Problems, Is.Empty);
        theirs[0x450] ^= 1;
        report = await _bench.VerifyAsync(theirs, cancellationToken);
        Assert.That(report.Signatures.Single().Problems, Has.Some.Contains("hashes of its pages"));
    }

    [Test]
    public async Task Append_WithPageHashes_KeepsBoth(CancellationToken cancellationToken)
    {
        var first = await Bench.SignAsync(new ImageBuilder().Build(), _signer, null, Choices, cancellationToken);
        var both = await Bench.SignAsync(
            first, _signer, null, Choices with { ExistingSignature = ExistingSignatureRule.Append }, cancellationToken);
        var report = await _bench.VerifyAsync(both, cancellationToken);
        Assert.That(report.Signatures, Has.Count.EqualTo(2));
        await AssertAcceptedAsync(both, cancellationToken);
    }

    [TestCase(ImageBuilder.OptionalHeader + 60, 0x2000, TestName = "{m}(headers longer than a page)")]
    [TestCase(ImageBuilder.OptionalHeader + 60, 0x100, TestName = "{m}(headers shorter than the section table)")]
    [TestCase(ImageBuilder.OptionalHeader + 60, 0x600, TestName = "{m}(headers reach into a section)")]
    public void Sign_OfAnImageThatCanHaveNone_SaysWhy(int offset, int value)
    {
        var image = new ImageBuilder().Build();
        ImageBuilder.Write32(image, offset, value);
        Assert.That(
            async () => await Bench.SignAsync(image, _signer, null, Choices, CancellationToken.None),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.InvalidChoice));
    }

    private async Task AssertAcceptedAsync(byte[] signed, CancellationToken cancellationToken)
    {
        var report = await _bench.VerifyAsync(signed, cancellationToken);
        Assert.That(report.Signatures.SelectMany(signature => signature.Problems), Is.Empty);
        var judged = await _bench.JudgeAsync(signed, cancellationToken);
        Assert.That(Osslsigncode.Accepts(judged), Is.True, judged.All);
        Assert.That(judged.Output, Does.Contain("Page hash algorithm  : SHA256"));
        Assert.That(judged.All, Does.Not.Contain("MISMATCH"));
        FormatEvidence.Accepted("pe", "osslsigncode");
    }
}
