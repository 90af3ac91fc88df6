using Signet.Formats.Apk;
using Signet.Formats.Tests.Signers;

namespace Signet.Formats.Tests.Apk;

/// <summary>Signatures of scheme v3.1, which versions from Android 13 on read in place of v3.</summary>
[CancelAfter(120_000)]
public sealed class ApkRotationTests
{
    private static readonly ApkFormat Format = new();

    private FormatBench _bench = null!;
    private InMemorySigner _old = null!;
    private InMemorySigner _rotated = null!;
    private byte[] _signed = null!;

    [OneTimeSetUp]
    public async Task SetUp()
    {
        _bench = await FormatBench.StartAsync();
        _old = InMemorySigner.Create(_bench.Authority, "p256");
        _rotated = InMemorySigner.Create(_bench.Authority, "p256");
        _signed = await FormatBench.SignAsync(
            Format, ApkBuilder.Build(minSdk: 28, dexBytes: 100), _old, null, FormatBench.Choices(), CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task TearDown()
    {
        _old.Dispose();
        _rotated.Dispose();
        await _bench.DisposeAsync();
    }

    [Test]
    public async Task Verify_OfARotatedKey_ShowsWhichVersionsSeeWhom(CancellationToken cancellationToken)
    {
        var report = await VerifyAsync(await ApkRotationBuilder.BuildAsync(_signed, _old, _rotated, 33, 33), cancellationToken);
        Assert.That(report.Signatures.SelectMany(signature => signature.Problems), Is.Empty);
        Assert.That(
            report.Signatures.Select(signature => signature.Signer),
            Is.EqualTo(new[] { _old.CertificateChain[0], _rotated.CertificateChain[0] }));
        Assert.That(report.Signatures[0].Notes.Single(), Does.Contain("28 to 32"));
        Assert.That(report.Signatures[1].Notes.Single(), Does.Contain("from API level 33 on"));
    }

    [Test]
    public async Task Verify_AfterTheNewerSignatureWasTakenAway_DoesNotHold(CancellationToken cancellationToken)
    {
        var report = await VerifyAsync(await ApkRotationBuilder.BuildAsync(_signed, _old, null, 33, 33), cancellationToken);
        Assert.That(report.Signatures.Single().Problems.Single(), Does.Contain("v3.1 signature for API level 33").And.Contain("missing"));
    }

    [TestCase(33u, 34u)]
    [TestCase(34u, 33u)]
    public async Task Verify_OfTwoBeginnings_DoesNotHold(uint stated, uint begins)
    {
        var report = await VerifyAsync(
            await ApkRotationBuilder.BuildAsync(_signed, _old, _rotated, stated, begins), TestContext.CurrentContext.CancellationToken);
        Assert.That(report.Signatures[0].Problems.Single(), Does.Contain($"{stated} on, and that begins at {begins}"));
    }

    [Test]
    public async Task Verify_OfEveryChangedByteOfTheNewerSignature_DoesNotHold(CancellationToken cancellationToken)
    {
        var apk = await ApkRotationBuilder.BuildAsync(_signed, _old, _rotated, 33, 33);
        var begin = apk.AsSpan().IndexOf(new byte[] { 0x61, 0xad, 0x93, 0x1b });
        var end = apk.AsSpan().LastIndexOf("APK Sig Block 42"u8) - 8;
        Assert.That(begin, Is.Positive);
        for (var offset = begin; offset < end; offset++)
        {
            var changed = (byte[])apk.Clone();
            changed[offset] ^= 1;
            Assert.That(await HoldsAsync(changed, cancellationToken), Is.False, $"offset {offset}");
        }
    }

    private Task<VerificationReport> VerifyAsync(byte[] apk, CancellationToken cancellationToken) =>
        _bench.VerifyAsync(Format, apk, cancellationToken);

    private async Task<bool> HoldsAsync(byte[] apk, CancellationToken cancellationToken)
    {
        try
        {
            return (await Format.VerifyAsync(
                new MemoryStream(apk), _bench.Trust with { SkipChains = true }, cancellationToken)).Holds;
        }
        catch (SignatureFormatException)
        {
            return false;
        }
    }
}
