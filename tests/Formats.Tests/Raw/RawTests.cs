using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Signet.Formats.Raw;
using Signet.Formats.Tests.Detached;
using Signet.Formats.Tests.Signers;
using Signet.Testing.Judges;

namespace Signet.Formats.Tests.Raw;

/// <summary>Raw signatures over a file's hash that openssl and our own verifier accept.</summary>
[CancelAfter(120_000)]
public sealed class RawTests
{
    private static readonly RawFormat Format = new();

    private DetachedBench _bench = null!;

    [OneTimeSetUp]
    public async Task SetUp() => _bench = await DetachedBench.CreateAsync();

    [OneTimeTearDown]
    public async Task TearDown() => await _bench.DisposeAsync();

    [Test]
    public async Task Sign_WithAnyKeyAndHash_IsAcceptedByOpenSslAndRefusedAfterAChange(
        [Values("rsa2048", "pss2048", "p256", "p384", "p521")] string key,
        [Values("SHA256", "SHA384", "SHA512")] string hash,
        CancellationToken cancellationToken)
    {
        var pss = key.StartsWith("pss", StringComparison.Ordinal);
        using var signer = InMemorySigner.Create(_bench.Authority, pss ? "rsa" + key[3..] : key, pss);
        var content = DetachedBench.Content(100_003);
        var signature = await DetachedBench.SignAsync(
            Format, content, signer, null, FormatBench.Choices(hash: new HashAlgorithmName(hash)), cancellationToken);
        Assert.That(signer.Uses, Is.EqualTo(1));
        var judged = await JudgeAsync(content, signature, signer, hash, pss, cancellationToken);
        Assert.That(judged.Output, Is.EqualTo("Verified OK\n"), judged.All);
        FormatEvidence.Accepted("raw", "openssl dgst");
        var report = await DetachedBench.VerifyAsync(Format, content, signature, TrustOf(signer), cancellationToken);
        Assert.That(report.Signatures.Single().Problems, Is.Empty);
        Assert.That(report.Signatures[0].Signer, Is.EqualTo(signer.CertificateChain[0]));
        Assert.That(report.Signatures[0].DigestAlgorithm, Is.EqualTo(hash.Replace("SHA", "SHA-", StringComparison.Ordinal)));

        foreach (var index in new[] { 0, content.Length / 2, content.Length - 1 })
        {
            var changed = Mutations.Flip(content, index);
            Assert.That((await JudgeAsync(changed, signature, signer, hash, pss, cancellationToken)).ExitCode, Is.Not.Zero);
            FormatEvidence.RefusedAfterChange("raw", "openssl dgst");
            Assert.That(await DetachedBench.HoldsAsync(Format, changed, signature, TrustOf(signer), cancellationToken), Is.False);
        }
    }

    [Test]
    public async Task Verify_WithoutACertificate_SaysWhatToGive(CancellationToken cancellationToken)
    {
        var report = await DetachedBench.VerifyAsync(Format, [1], new byte[64], _bench.Trust, cancellationToken);
        Assert.That(report.Signatures.Single().Problems, Has.Exactly(1).Contains("--signer"));
    }

    [Test]
    public async Task Verify_WithSeveralCertificates_FindsTheSigner(CancellationToken cancellationToken)
    {
        using var signer = InMemorySigner.Create(_bench.Authority, "p256");
        using var other = InMemorySigner.Create(_bench.Authority, "rsa2048");
        var signature = await DetachedBench.SignAsync(Format, [1, 2], signer, null, FormatBench.Choices(), cancellationToken);
        var trust = _bench.Trust with { SignerCertificates = [other.CertificateChain[0], signer.CertificateChain[0]] };
        var report = await DetachedBench.VerifyAsync(Format, [1, 2], signature, trust, cancellationToken);
        Assert.That(report.Signatures.Single().Signer, Is.EqualTo(signer.CertificateChain[0]));
        Assert.That(report.Holds, Is.True);
    }

    [Test]
    public async Task Verify_OfABrokenSignature_NeverHolds([Values("rsa2048", "p384")] string key, CancellationToken cancellationToken)
    {
        using var signer = InMemorySigner.Create(_bench.Authority, key);
        var content = DetachedBench.Content(20);
        var signature = await DetachedBench.SignAsync(Format, content, signer, null, FormatBench.Choices(), cancellationToken);
        var trust = TrustOf(signer);
        foreach (var broken in Mutations.Truncations(signature).Concat(Mutations.Random(signature, 500, seed: 7)))
        {
            if (!broken.AsSpan().SequenceEqual(signature))
            {
                Assert.That(await DetachedBench.HoldsAsync(Format, content, broken, trust, cancellationToken), Is.False);
            }
        }
    }

    [Test]
    public void Sign_WithATimestamp_IsRefused()
    {
        using var signer = InMemorySigner.Create(_bench.Authority, "p256");
        Assert.That(
            async () => await DetachedBench.SignAsync(
                Format, [1], signer, _bench.Timestamper, FormatBench.Choices(), CancellationToken.None),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.InvalidChoice));
        Assert.That(signer.Uses, Is.Zero);
    }

    private TrustAnchors TrustOf(InMemorySigner signer) =>
        _bench.Trust with { SignerCertificates = new X509Certificate2Collection(signer.CertificateChain[0]) };

    private async Task<Testing.Tools.ProgramResult> JudgeAsync(
        byte[] content, byte[] signature, InMemorySigner signer, string hash, bool pss, CancellationToken cancellationToken) =>
        await OpenSsl.VerifyRawAsync(
            await _bench.WriteAsync(content, ".bin", cancellationToken),
            await _bench.WriteAsync(signature, ".sig", cancellationToken),
            await _bench.WriteAsync(Encoding.ASCII.GetBytes(PublicKeyPem(signer)), ".pub", cancellationToken),
            hash.ToLowerInvariant(), pss, cancellationToken);

    private static string PublicKeyPem(InMemorySigner signer) =>
        new string(PemEncoding.Write("PUBLIC KEY", signer.CertificateChain[0].PublicKey.ExportSubjectPublicKeyInfo())) + "\n";
}
