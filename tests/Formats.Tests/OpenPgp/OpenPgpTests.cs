using System.Security.Cryptography;
using Signet.Formats.OpenPgp;
using Signet.Formats.Tests.Detached;
using Signet.Formats.Tests.Signers;
using Signet.Testing.Judges;
using Signet.Testing.Tools;

namespace Signet.Formats.Tests.OpenPgp;

/// <summary>OpenPGP keys and detached signatures that gpg and our own verifier accept.</summary>
[CancelAfter(120_000)]
public sealed class OpenPgpTests
{
    private static readonly OpenPgpFormat Armoured = new(armoured: true, TimeProvider.System);
    private static readonly OpenPgpFormat Binary = new(armoured: false, TimeProvider.System);

    private OpenPgpBench _bench = null!;

    [OneTimeSetUp]
    public async Task SetUp() => _bench = await OpenPgpBench.CreateAsync("rsa2048", "rsa3072", "p256", "p384", "p521");

    [OneTimeTearDown]
    public async Task TearDown() => await _bench.StopAsync();

    [Test]
    public async Task Sign_WithAnyKeyAndHash_IsAcceptedByGpgAndRefusedAfterAChange(
        [Values("rsa2048", "rsa3072", "p256", "p384", "p521")] string key,
        [Values("SHA256", "SHA384", "SHA512")] string hash,
        [Values] bool armoured,
        CancellationToken cancellationToken)
    {
        var name = new HashAlgorithmName(hash);
        var format = armoured ? Armoured : Binary;
        var content = DetachedBench.Content(70_001);
        var used = _bench.Signer(key).Uses;
        if (Length(OpenPgpBench.HashFor(key)) > Length(name))
        {
            Assert.That(
                async () => await SignAsync(format, content, key, FormatBench.Choices(hash: name), cancellationToken),
                Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.InvalidChoice));
            Assert.That(_bench.Signer(key).Uses, Is.EqualTo(used));
            return;
        }

        var signature = await SignAsync(format, content, key, FormatBench.Choices(hash: name), cancellationToken);
        var judged = await JudgeAsync(format, content, signature, cancellationToken);
        Assert.That(GnuPg.Accepts(judged, _bench.Export(key).Fingerprint), Is.True, judged.All);
        FormatEvidence.Accepted(format.Name, "gpg");
        var report = await DetachedBench.VerifyAsync(format, content, signature, _bench.TrustOf(key), cancellationToken);
        var found = report.Signatures.Single();
        Assert.Multiple(() =>
        {
            Assert.That(found.Problems, Is.Empty);
            Assert.That(found.DigestAlgorithm, Is.EqualTo(hash.Replace("SHA", "SHA-", StringComparison.Ordinal)));
            Assert.That(found.OpenPgp!.Fingerprint, Is.EqualTo(_bench.Export(key).Fingerprint));
            Assert.That(found.OpenPgp.UserId, Is.EqualTo(OpenPgpBench.Identity.UserId));
            Assert.That(format.MatchesContent(signature), Is.True);
            Assert.That(_bench.Signer(key).Uses, Is.EqualTo(used + 1));
        });

        var changed = Mutations.Flip(content, content.Length / 2);
        Assert.That((await JudgeAsync(format, changed, signature, cancellationToken)).Output, Does.Contain("BADSIG"));
        FormatEvidence.RefusedAfterChange(format.Name, "gpg");
        Assert.That(await DetachedBench.HoldsAsync(format, changed, signature, _bench.TrustOf(key), cancellationToken), Is.False);
    }

    [Test]
    public async Task Export_OfAnyKey_IsWhatGpgAndBouncyCastleSayItIs(
        [Values("rsa2048", "p256", "p384", "p521")] string key, CancellationToken cancellationToken)
    {
        var export = _bench.Export(key);
        var listed = await _bench.Gpg.RunAsync(
            ["--with-colons", "--with-fingerprint", "--list-sigs", export.Fingerprint], cancellationToken);
        Assert.That(listed.Output, Does.Contain("fpr:::::::::" + export.Fingerprint.ToUpperInvariant()));
        Assert.That(listed.Output, Does.Contain("Signet Tests Grüße"));
        var checkedKey = await _bench.Gpg.RunAsync(["--with-colons", "--check-sigs", export.Fingerprint], cancellationToken);
        Assert.That(checkedKey.Output, Does.Contain("\nsig:!:"), "gpg does not say that the self-signature is good");
        Assert.That(
            OpenPgpPublicKey.FromCertificate(_bench.Signer(key).CertificateChain[0], OpenPgpBench.Identity).Fingerprint,
            Is.EqualTo(export.Fingerprint));
    }

    [TestCase(0)]
    [TestCase(1)]
    public async Task Sign_OfAnySize_ReplacesTheWholeContent(int length, CancellationToken cancellationToken)
    {
        var content = DetachedBench.Content(length);
        var edits = await DetachedBench.EditsAsync(
            Armoured, content, _bench.Signer("p256"), null, FormatBench.Choices(), cancellationToken);
        Assert.That(edits.Single().RemovedBytes, Is.EqualTo(length));
        var judged = await JudgeAsync(Armoured, content, edits[0].Inserted.ToArray(), cancellationToken);
        Assert.That(GnuPg.Accepts(judged, _bench.Export("p256").Fingerprint), Is.True, judged.All);
    }

    [TestCase("rsa2048", "SHA256", "--armor", "--detach-sign")]
    [TestCase("rsa2048", "SHA512", "--detach-sign")]
    [TestCase("nistp256", "SHA256", "--detach-sign")]
    [TestCase("nistp521", "SHA512", "--armor", "--detach-sign")]
    [TestCase("rsa2048", "SHA256", "--textmode", "--armor", "--detach-sign")]
    public async Task Verify_OfASignatureByGpg_Holds(string algorithm, string hash, params string[] options)
    {
        var cancellationToken = TestContext.CurrentContext.CancellationToken;
        var user = Guid.NewGuid().ToString("N") + " <gpg@example.com>";
        var key = await _bench.Gpg.MakeKeyAsync(algorithm, user, cancellationToken);
        var content = options.Contains("--textmode") ? "a \r\nb\nc"u8.ToArray() : DetachedBench.Content(1000);
        var file = await _bench.WriteAsync(content, ".bin", cancellationToken);
        await _bench.Gpg.RunAsync(
            ["--local-user", user, "--digest-algo", hash, "--output", file + ".out", .. options, file], cancellationToken);
        var signature = await File.ReadAllBytesAsync(file + ".out", cancellationToken);
        var trust = _bench.Trust with { OpenPgpKeys = [await File.ReadAllBytesAsync(key, cancellationToken)] };
        var format = options.Contains("--armor") ? Armoured : Binary;
        Assert.That(format.MatchesContent(signature), Is.True);
        var report = await DetachedBench.VerifyAsync(format, content, signature, trust, cancellationToken);
        Assert.That(report.Signatures.Single().Problems, Is.Empty);
        Assert.That(report.Signatures[0].OpenPgp!.UserId, Is.EqualTo(user));
        Assert.That(
            await DetachedBench.HoldsAsync(format, Mutations.Flip(content, 0), signature, trust, cancellationToken), Is.False);
    }

    [Test]
    public async Task Verify_WithoutTheKeyOrWithAnother_SaysSo(CancellationToken cancellationToken)
    {
        var signature = await SignAsync(Armoured, [1], "p256", FormatBench.Choices(), cancellationToken);
        var without = await DetachedBench.VerifyAsync(Armoured, [1], signature, _bench.Trust, cancellationToken);
        var other = await DetachedBench.VerifyAsync(Armoured, [1], signature, _bench.TrustOf("rsa2048"), cancellationToken);
        Assert.That(without.Signatures.Single().Problems, Has.Exactly(1).Contains("--openpgp-key"));
        Assert.That(other.Signatures.Single().Problems, Has.Exactly(1).Contains("None of the OpenPGP keys"));
    }

    [Test]
    public async Task Verify_OfABrokenSignatureFile_EndsInAReportOrATypedError([Values] bool armoured, CancellationToken cancellationToken)
    {
        var format = armoured ? Armoured : Binary;
        var content = DetachedBench.Content(20);
        var signature = await SignAsync(format, content, "rsa2048", FormatBench.Choices(), cancellationToken);
        var trust = _bench.TrustOf("rsa2048");
        foreach (var broken in Mutations.Truncations(signature).Concat(Mutations.Random(signature, 3000, seed: 9)))
        {
            // Without a key: its mathematics would take nearly all the time, and are the same each time.
            await DetachedBench.HoldsAsync(format, content, broken, _bench.Trust, cancellationToken);
        }

        foreach (var broken in Mutations.Truncations(signature).Take(signature.Length - 60).Where((_, index) => index % 16 == 0))
        {
            Assert.That(await DetachedBench.HoldsAsync(format, content, broken, trust, cancellationToken), Is.False);
        }
    }

    [Test]
    public void Sign_WithWhatOpenPgpCannot_IsRefused()
    {
        using var plain = InMemorySigner.Create(_bench.Authority, "p256");
        using var pss = new OpenPgpSigner(InMemorySigner.Create(_bench.Authority, "rsa2048", pss: true), OpenPgpBench.Identity);
        using var future = new OpenPgpSigner(
            InMemorySigner.Create(_bench.Authority, "p256"),
            OpenPgpBench.Identity with { CreatedAt = TimeProvider.System.GetUtcNow().AddDays(1) });
        foreach (var signer in new ISigner[] { plain, pss, future })
        {
            Assert.That(
                async () => await DetachedBench.SignAsync(Armoured, [1], signer, null, FormatBench.Choices(), CancellationToken.None),
                Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.InvalidChoice));
        }

        Assert.That(plain.Uses + pss.Uses + future.Uses, Is.Zero);
    }

    [Test]
    public async Task Sign_OfARealFile_IsAccepted(CancellationToken cancellationToken)
    {
        var content = await File.ReadAllBytesAsync(typeof(Assert).Assembly.Location, cancellationToken);
        foreach (var format in new[] { Armoured, Binary })
        {
            var signature = await SignAsync(format, content, "rsa3072", FormatBench.Choices(), cancellationToken);
            var judged = await JudgeAsync(format, content, signature, cancellationToken);
            Assert.That(GnuPg.Accepts(judged, _bench.Export("rsa3072").Fingerprint), Is.True, judged.All);
            FormatEvidence.RealFileSigned(format.Name, "gpg", "nunit.framework.dll", "NuGet NUnit 5.0.0");
        }
    }

    private Task<byte[]> SignAsync(
        OpenPgpFormat format, byte[] content, string key, SigningChoices choices, CancellationToken cancellationToken) =>
        DetachedBench.SignAsync(format, content, _bench.Signer(key), null, choices, cancellationToken);

    private async Task<ProgramResult> JudgeAsync(
        OpenPgpFormat format, byte[] content, byte[] signature, CancellationToken cancellationToken) => await _bench.Gpg.VerifyAsync(
        await _bench.WriteAsync(signature, format.Suffix, cancellationToken),
        await _bench.WriteAsync(content, ".bin", cancellationToken), cancellationToken);

    private static int Length(HashAlgorithmName hash) => int.Parse(hash.Name![3..], System.Globalization.CultureInfo.InvariantCulture);
}
