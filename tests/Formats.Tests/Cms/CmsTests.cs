using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using Signet.Formats.Cms;
using Signet.Formats.Tests.Detached;
using Signet.Formats.Tests.Signers;
using Signet.Testing.Judges;

namespace Signet.Formats.Tests.Cms;

/// <summary>Detached CMS signatures that openssl, .NET and our own verifier accept.</summary>
[CancelAfter(120_000)]
public sealed class CmsTests
{
    private static readonly CmsFormat Format = new();

    private DetachedBench _bench = null!;

    [OneTimeSetUp]
    public async Task SetUp() => _bench = await DetachedBench.CreateAsync();

    [OneTimeTearDown]
    public async Task TearDown() => await _bench.DisposeAsync();

    [Test]
    public async Task Sign_WithAnyKeyAndHash_IsAcceptedByTheJudges(
        [Values("rsa2048", "pss2048", "p256", "p384", "p521")] string key,
        [Values("SHA256", "SHA384", "SHA512")] string hash,
        CancellationToken cancellationToken)
    {
        using var signer = Signer(key);
        var content = DetachedBench.Content(100_003);
        var signature = await DetachedBench.SignAsync(
            Format, content, signer, null, FormatBench.Choices(hash: new HashAlgorithmName(hash)), cancellationToken);

        var judged = await JudgeAsync(content, signature, cancellationToken);
        Assert.That(judged.ExitCode, Is.Zero, judged.All);
        FormatEvidence.Accepted("cms", "openssl cms");
        var report = await DetachedBench.VerifyAsync(Format, content, signature, _bench.Trust, cancellationToken);
        var found = report.Signatures.Single();
        Assert.Multiple(() =>
        {
            Assert.That(found.Problems, Is.Empty);
            Assert.That(found.Signer, Is.EqualTo(signer.CertificateChain[0]));
            Assert.That(found.Chain, Is.EqualTo(new[] { signer.CertificateChain[1] }));
            Assert.That(found.DigestAlgorithm, Is.EqualTo(hash.Replace("SHA", "SHA-", StringComparison.Ordinal)));
            Assert.That(
                found.ContentDigest.ToArray(), Is.EqualTo(CryptographicOperations.HashData(new HashAlgorithmName(hash), content)));
            Assert.That(signer.Uses, Is.EqualTo(1));
        });
        AssertStructure(content, signature, hash);
    }

    [TestCase("rsa2048", "SHA256")]
    [TestCase("pss2048", "SHA384")]
    [TestCase("p521", "SHA512")]
    public async Task Sign_WithATimestamp_PutsItWhereRfc3161SaysIt(string key, string hash, CancellationToken cancellationToken)
    {
        using var signer = Signer(key);
        var content = DetachedBench.Content(10);
        var signature = await DetachedBench.SignAsync(
            Format, content, signer, _bench.Timestamper, FormatBench.Choices(hash: new HashAlgorithmName(hash)), cancellationToken);
        Assert.That((await JudgeAsync(content, signature, cancellationToken)).ExitCode, Is.Zero);
        var cms = Decode(content, signature);
        var attribute = cms.SignerInfos[0].UnsignedAttributes.Cast<CryptographicAttributeObject>().Single();
        Assert.That(attribute.Oid.Value, Is.EqualTo("1.2.840.113549.1.9.16.2.14"));
        var report = await DetachedBench.VerifyAsync(Format, content, signature, _bench.Trust, cancellationToken);
        Assert.That(report.Signatures.Single().Problems, Is.Empty);
        Assert.That(report.Signatures[0].Timestamp, Is.Not.Null);
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(4096)]
    public async Task Sign_OfAnySize_ReplacesTheWholeContent(int length, CancellationToken cancellationToken)
    {
        using var signer = Signer("p256");
        var content = DetachedBench.Content(length);
        var edits = await DetachedBench.EditsAsync(Format, content, signer, null, FormatBench.Choices(), cancellationToken);
        Assert.That(edits.Single().Offset, Is.Zero);
        Assert.That(edits[0].RemovedBytes, Is.EqualTo(length));
        var judged = await JudgeAsync(content, edits[0].Inserted.ToArray(), cancellationToken);
        Assert.That(judged.ExitCode, Is.Zero, judged.All);
    }

    [Test]
    public async Task Verify_WhenOneByteOfTheContentChanged_IsRefusedByAll([Values(0, 500, 999)] int index, CancellationToken cancellationToken)
    {
        using var signer = Signer("rsa2048");
        var content = DetachedBench.Content(1000);
        var signature = await DetachedBench.SignAsync(Format, content, signer, null, FormatBench.Choices(), cancellationToken);
        var changed = Mutations.Flip(content, index);
        Assert.That((await JudgeAsync(changed, signature, cancellationToken)).ExitCode, Is.Not.Zero);
        FormatEvidence.RefusedAfterChange("cms", "openssl cms");
        var report = await DetachedBench.VerifyAsync(Format, changed, signature, _bench.Trust, cancellationToken);
        Assert.That(report.Signatures.Single().Problems, Has.Exactly(1).Contains("changed after it was signed"));
    }

    [TestCase("rsa2048", "sha256", new string[0])]
    [TestCase("rsa2048", "sha512", new[] { "-keyopt", "rsa_padding_mode:pss" })]
    [TestCase("p384", "sha384", new string[0])]
    [TestCase("p256", "sha256", new[] { "-cades" })]
    [TestCase("p256", "sha256", new[] { "-noattr" })]
    [TestCase("rsa2048", "sha256", new[] { "-keyid" })]
    public async Task Verify_OfASignatureByOpenSsl_Holds(string key, string hash, string[] more, CancellationToken cancellationToken)
    {
        using var signer = Signer(key);
        var content = DetachedBench.Content(70_000);
        var report = await DetachedBench.VerifyAsync(
            Format, content, await SignWithOpenSslAsync(content, signer, cancellationToken, ["-md", hash, .. more]), _bench.Trust,
            cancellationToken);
        Assert.That(report.Signatures.Single().Problems, Is.Empty);
        Assert.That(report.Signatures[0].Signer, Is.EqualTo(signer.CertificateChain[0]));
    }

    [Test]
    public async Task Verify_OfASignatureWithSha1_IsRefused(CancellationToken cancellationToken)
    {
        using var signer = Signer("rsa2048");
        var content = DetachedBench.Content(10);
        var report = await DetachedBench.VerifyAsync(
            Format, content, await SignWithOpenSslAsync(content, signer, cancellationToken, "-md", "sha1"), _bench.Trust, cancellationToken);
        Assert.That(report.Signatures.Single().Problems, Has.Some.Contains("not accepted"));
    }

    [Test]
    public async Task Verify_OfAnUntrustedChain_DoesNotHold(CancellationToken cancellationToken)
    {
        using var signer = InMemorySigner.Create(Testing.Certificates.ThrowawayCa.Create("Other root"), "p256");
        var content = DetachedBench.Content(10);
        var signature = await DetachedBench.SignAsync(Format, content, signer, null, FormatBench.Choices(), cancellationToken);
        var report = await DetachedBench.VerifyAsync(Format, content, signature, _bench.Trust, cancellationToken);
        Assert.That(report.Signatures.Single().Problems, Has.Some.Contains("not trusted"));
    }

    [Test]
    public async Task Verify_OfAnotherCertificateInPlaceOfTheSigners_DoesNotHold(CancellationToken cancellationToken)
    {
        using var signer = Signer("p256");
        using var other = Signer("p256");
        var content = DetachedBench.Content(10);
        var signature = await DetachedBench.SignAsync(Format, content, signer, null, FormatBench.Choices(), cancellationToken);
        var theirs = await DetachedBench.SignAsync(Format, content, other, null, FormatBench.Choices(), cancellationToken);
        Assert.That((await DetachedBench.VerifyAsync(Format, content, theirs, _bench.Trust, cancellationToken)).Holds, Is.True);
        Assert.That(
            await DetachedBench.HoldsAsync(Format, DetachedBench.Content(11), signature, _bench.Trust, cancellationToken), Is.False);
    }

    [Test]
    public void Sign_WithAppend_IsRefused() => Assert.That(
        async () => await Format.PrepareAsync(
            new MemoryStream(), FormatBench.Choices(ExistingSignatureRule.Append), CancellationToken.None),
        Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.InvalidChoice));

    [Test]
    public void Verify_WithoutTheContent_IsRefused() => Assert.That(
        async () => await Format.VerifyAsync(new MemoryStream([0x30]), _bench.Trust, CancellationToken.None),
        Throws.TypeOf<SignatureFormatException>().With.Message.Contains("FILE.p7s"));

    [Test]
    public async Task Verify_OfABrokenSignatureFile_EndsInAReportOrATypedError(CancellationToken cancellationToken)
    {
        using var signer = Signer("rsa2048");
        var content = DetachedBench.Content(20);
        var signature = await DetachedBench.SignAsync(Format, content, signer, _bench.Timestamper, FormatBench.Choices(), cancellationToken);
        foreach (var broken in Mutations.Truncations(signature).Append([.. signature, 0]))
        {
            Assert.That(await DetachedBench.HoldsAsync(Format, content, broken, _bench.Trust, cancellationToken), Is.False);
        }

        foreach (var broken in Mutations.Random(signature, 1000, seed: 5))
        {
            await DetachedBench.HoldsAsync(Format, content, broken, _bench.Trust, cancellationToken);
        }
    }

    [Test]
    public async Task Sign_OfARealFile_IsAccepted(CancellationToken cancellationToken)
    {
        using var signer = Signer("rsa2048");
        var content = await File.ReadAllBytesAsync(typeof(Assert).Assembly.Location, cancellationToken);
        var signature = await DetachedBench.SignAsync(Format, content, signer, _bench.Timestamper, FormatBench.Choices(), cancellationToken);
        var judged = await JudgeAsync(content, signature, cancellationToken);
        Assert.That(judged.ExitCode, Is.Zero, judged.All);
        FormatEvidence.RealFileSigned("cms", "openssl cms", "nunit.framework.dll", "NuGet NUnit 5.0.0");
    }

    private InMemorySigner Signer(string key) => key.StartsWith("pss", StringComparison.Ordinal)
        ? InMemorySigner.Create(_bench.Authority, "rsa" + key[3..], pss: true)
        : InMemorySigner.Create(_bench.Authority, key);

    private async Task<Testing.Tools.ProgramResult> JudgeAsync(
        byte[] content, byte[] signature, CancellationToken cancellationToken) => await OpenSsl.VerifyCmsAsync(
        await _bench.WriteAsync(content, ".bin", cancellationToken),
        await _bench.WriteAsync(signature, ".p7s", cancellationToken), _bench.SigningRoots, cancellationToken);

    private async Task<byte[]> SignWithOpenSslAsync(
        byte[] content, InMemorySigner signer, CancellationToken cancellationToken, params IEnumerable<string> more)
    {
        var signature = _bench.Directory.File(Guid.NewGuid().ToString("N") + ".p7s");
        await OpenSsl.SignCmsAsync(
            await _bench.WriteAsync(content, ".bin", cancellationToken), signature,
            await _bench.WriteAsync(
                System.Text.Encoding.ASCII.GetBytes(signer.CertificateChain[0].ExportCertificatePem()), ".pem", cancellationToken),
            _bench.SigningRoots,
            await _bench.WriteAsync(System.Text.Encoding.ASCII.GetBytes(signer.KeyPem), ".key", cancellationToken),
            cancellationToken, more);
        return await File.ReadAllBytesAsync(signature, cancellationToken);
    }

    // What a lenient judge does not look at.
    private static void AssertStructure(byte[] content, byte[] signature, string hash)
    {
        var cms = Decode(content, signature);
        var signer = cms.SignerInfos[0];
        Assert.Multiple(() =>
        {
            Assert.That(cms.Version, Is.EqualTo(1));
            Assert.That(signer.Version, Is.EqualTo(1));
            Assert.That(cms.ContentInfo.ContentType.Value, Is.EqualTo("1.2.840.113549.1.7.1"));
            Assert.That(
                signer.SignedAttributes.Cast<CryptographicAttributeObject>().Select(attribute => attribute.Oid.Value),
                Is.EquivalentTo(new[] { "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.16.2.47" }));
            Assert.That(signer.DigestAlgorithm.FriendlyName, Is.EqualTo(hash.ToLowerInvariant()).IgnoreCase);
            Assert.That(() => signer.CheckSignature(verifySignatureOnly: true), Throws.Nothing);
        });
    }

    private static SignedCms Decode(byte[] content, byte[] signature)
    {
        var cms = new SignedCms(new ContentInfo(content), detached: true);
        cms.Decode(signature);
        return cms;
    }
}
