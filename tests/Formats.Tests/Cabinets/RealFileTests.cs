using Signet.Formats.Cabinets;
using Signet.Formats.Tests.Signers;
using Signet.Testing.Judges;
using Signet.Testing.Tools;

namespace Signet.Formats.Tests.Cabinets;

/// <summary>Cabinets that other people's programs made, broken ones among them.</summary>
[CancelAfter(120_000)]
public sealed class RealFileTests
{
    private const string Gcab = "deb/libgcab-tests/usr/libexec/installed-tests/libgcab-1.0/";
    private const string Fwupd = "deb/fwupd-tests/usr/share/installed-tests/fwupd/";
    private static readonly CabinetFormat Format = new();

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

    [TestCase(Fwupd + "fakedevice123.cab")]
    [TestCase(Fwupd + "fakedevice124.cab")]
    [TestCase(Fwupd + "tests/colorhug/colorhug-als-3.0.2.cab")]
    [TestCase("deb/clamav-testfiles/usr/share/clamav-testfiles/clam.cab")]
    [TestCase(Gcab + "CVE-2014-9556.cab")]
    [TestCase(Gcab + "test-mszip.cab")]
    [TestCase(Gcab + "test-none.cab")]
    [TestCase(Gcab + "test-signed.cab")]
    public async Task Sign_OfARealCabinet_IsAcceptedUntilAByteChanges(string path, CancellationToken cancellationToken)
    {
        var cabinet = await File.ReadAllBytesAsync(RealFiles.PathOf(path), cancellationToken);
        var signed = await FormatBench.SignAsync(
            Format, cabinet, _signer, _bench.Timestamper, FormatBench.Choices(ExistingSignatureRule.Replace), cancellationToken);
        await _bench.AssertAcceptedAsync(signed, ".cab", cancellationToken, stamped: true);
        Assert.That((await _bench.VerifyAsync(Format, signed, cancellationToken)).Holds, Is.True);
        FormatEvidence.RealFileSigned("cab", "osslsigncode", Path.GetFileName(path), RealFiles.SourceOf(path));

        signed[100] ^= 1;
        Assert.That(Osslsigncode.Accepts(await _bench.JudgeAsync(signed, ".cab", cancellationToken)), Is.False);
        FormatEvidence.RefusedAfterChange("cab", "osslsigncode");
    }

    // What crashed other programs once: sizes beyond the end, wrong versions.
    [TestCase(Gcab + "CVE-2014-9732.cab")]
    [TestCase(Gcab + "CVE-2015-4470.cab")]
    [TestCase(Gcab + "CVE-2015-4471.cab")]
    [TestCase(Gcab + "test-ncbytes-overflow.cab")]
    public void Sign_OfABrokenCabinet_IsRefused(string path) => Assert.That(
        async () => await FormatBench.SignAsync(
            Format, await File.ReadAllBytesAsync(RealFiles.PathOf(path)), _signer, null, FormatBench.Choices(), CancellationToken.None),
        Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.Malformed));

    [Test]
    public async Task Verify_OfTheMakersOwnSignature_FindsItsDigestRight(CancellationToken cancellationToken)
    {
        var report = await _bench.VerifyAsync(
            Format, await File.ReadAllBytesAsync(RealFiles.PathOf(Gcab + "test-signed.cab"), cancellationToken), cancellationToken);

        // Its root is not that of this test; the digest holds, whatever it is made with.
        Assert.That(report.Signatures.Single().Problems.Where(problem => problem.Contains("changed", StringComparison.Ordinal)), Is.Empty);
        Assert.That(report.Signatures[0].Signer!.Subject, Does.Contain("LVFS"));
    }
}
