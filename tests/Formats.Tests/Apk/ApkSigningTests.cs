using System.Security.Cryptography;
using Signet.Formats.Apk;
using Signet.Formats.Tests.Signers;
using Signet.Formats.Tests.Zip;
using Signet.Testing.Judges;
using Signet.Testing.Tools;

namespace Signet.Formats.Tests.Apk;

/// <summary>APKs that apksigner and our own verifier accept, and refuse after a change.</summary>
[CancelAfter(240_000)]
public sealed class ApkSigningTests
{
    private const string Name = "apk";
    private const string Judge = "apksigner";
    private static readonly ApkFormat Format = new();
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

    [TestCase("rsa2048", "SHA256", 24)]
    [TestCase("rsa3072", "SHA512", 24)]
    [TestCase("rsa4096", "SHA512", 34)]
    [TestCase("p256", "SHA256", 24)]
    [TestCase("p384", "SHA512", 26)]
    [TestCase("p521", "SHA512", 24)]
    public async Task Sign_WithAnyKeyAndHash_IsAcceptedByBothJudges(
        string key, string hash, int minSdk, CancellationToken cancellationToken)
    {
        using var signer = InMemorySigner.Create(_bench.Authority, key);
        var apk = ApkBuilder.Build(minSdk);
        var choices = FormatBench.Choices(hash: new HashAlgorithmName(hash));
        var edits = await FormatBench.EditsAsync(Format, apk, signer, null, choices, cancellationToken);
        var signed = Apply(apk, edits);
        var judged = await JudgeAsync(signed, cancellationToken);
        Assert.That(minSdk < 28 ? Apksigner.Accepts(judged) : Apksigner.AcceptsV3(judged), Is.True, judged.All);
        Assert.That(judged.Output, Does.Contain(Convert.ToHexStringLower(SHA256.HashData(signer.CertificateChain[0].RawData))));
        FormatEvidence.Accepted(Name, Judge);

        var report = (await _bench.VerifyAsync(Format, signed, cancellationToken)).Signatures.Single();
        Assert.That(report.Problems, Is.Empty);
        Assert.That(report.Signer, Is.EqualTo(signer.CertificateChain[0]));
        Assert.That(report.Chain, Is.EqualTo(signer.CertificateChain.Skip(1)));
        Assert.That(report.DigestAlgorithm, Is.EqualTo("SHA-" + hash[3..]));

        // The block goes in, and the end record points behind it; nothing else changes.
        Assert.That(edits, Has.Count.EqualTo(2));
        Assert.That(edits.Select(edit => edit.RemovedBytes), Is.EqualTo(new[] { 0L, 22L }));
        Assert.That(ZipSamples.Contents(signed), Is.EquivalentTo(ZipSamples.Contents(apk)));
    }

    [Test]
    public async Task Judges_AfterOneByteChanged_Refuse(CancellationToken cancellationToken)
    {
        var apk = ApkBuilder.Build();
        var signed = await SignAsync(apk, _signer, FormatBench.Choices(), cancellationToken);
        var block = signed.AsSpan().IndexOf(new byte[] { 0x1a, 0x87, 0x09, 0x71 });
        var directory = signed.AsSpan().LastIndexOf("PK\x1\x2"u8);

        // A chunk in the middle, the last one, the directory, the comment's length is none; signed data, signature of v3.
        foreach (var at in new[] { 1_500_000, 10, directory + 38, block + 40, directory - 400 })
        {
            var changed = (byte[])signed.Clone();
            changed[at] ^= 1;
            Assert.That(await HoldsAsync(changed, cancellationToken), Is.False, $"offset {at}");
            var judged = await JudgeAsync(changed, cancellationToken);
            Assert.That(judged.ExitCode, Is.Not.Zero, judged.All);
            FormatEvidence.RefusedAfterChange(Name, Judge);
        }
    }

    [Test]
    public async Task Verify_OfEveryChangedByte_DoesNotHold(CancellationToken cancellationToken)
    {
        var signed = await SignAsync(ApkBuilder.Build(dexBytes: 100), _signer, FormatBench.Choices(), cancellationToken);
        Assert.That(await HoldsAsync(signed, cancellationToken), Is.True);

        // Under another ID the v2 signature is none, and the APK one for Android 9 and later alone, which v3 covers.
        var id = signed.AsSpan().IndexOf(new byte[] { 0x1a, 0x87, 0x09, 0x71 });
        foreach (var offset in Enumerable.Range(0, signed.Length).Where(offset => offset < id || offset >= id + 4))
        {
            var changed = (byte[])signed.Clone();
            changed[offset] ^= 1;
            Assert.That(await HoldsAsync(changed, cancellationToken), Is.False, $"offset {offset}");
        }
    }

    [Test]
    public async Task Verify_WithoutTheV3Signature_DoesNotHold(CancellationToken cancellationToken)
    {
        var signed = await SignAsync(ApkBuilder.Build(dexBytes: 100), _signer, FormatBench.Choices(), cancellationToken);

        // Its ID becomes one that nobody knows.
        var at = signed.AsSpan().IndexOf(new byte[] { 0xc0, 0x68, 0x53, 0xf0 });
        signed[at] ^= 1;
        var report = await _bench.VerifyAsync(Format, signed, cancellationToken);
        Assert.That(report.Signatures.Single().Problems, Has.Some.Contains("v3 signature").And.Some.Contains("missing"));
        Assert.That((await JudgeAsync(signed, cancellationToken)).ExitCode, Is.Not.Zero);
    }

    [Test]
    public async Task Sign_Again_RefusesOrReplaces(CancellationToken cancellationToken)
    {
        var apk = ApkBuilder.Build();
        var once = await SignAsync(apk, _signer, FormatBench.Choices(), cancellationToken);
        AssertRefused(once, FormatBench.Choices(), FormatFailure.AlreadySigned);
        AssertRefused(once, FormatBench.Choices(ExistingSignatureRule.Append), FormatFailure.InvalidChoice);

        using var second = InMemorySigner.Create(_bench.Authority, "rsa2048");
        var replaced = await SignAsync(once, second, FormatBench.Choices(ExistingSignatureRule.Replace), cancellationToken);
        Assert.That(replaced, Is.EqualTo(await SignAsync(apk, second, FormatBench.Choices(), cancellationToken)));
        var judged = await JudgeAsync(replaced, cancellationToken);
        Assert.That(Apksigner.Accepts(judged), Is.True, judged.All);
    }

    [Test]
    public async Task Apksigner_AndSignet_ReadTheSignaturesOfEachOther(CancellationToken cancellationToken)
    {
        var file = await _bench.WriteAsync(ApkBuilder.Build(), ".apk", cancellationToken);
        await File.WriteAllTextAsync(file + ".pem", _signer.ChainPem, cancellationToken);
        var der = System.Security.Cryptography.PemEncoding.Find(_signer.KeyPem);
        await File.WriteAllBytesAsync(file + ".der", Convert.FromBase64String(_signer.KeyPem[der.Base64Data]), cancellationToken);
        await Apksigner.SignAsync(file, file + ".pem", file + ".der", cancellationToken, "--v1-signing-enabled", "true");
        var theirs = await File.ReadAllBytesAsync(file, cancellationToken);
        Assert.That((await _bench.VerifyAsync(Format, theirs, cancellationToken)).Signatures.Single().Problems, Is.Empty);

        var replaced = await SignAsync(theirs, _signer, FormatBench.Choices(ExistingSignatureRule.Replace), cancellationToken);
        Assert.That(ZipSamples.Contents(replaced).Keys, Has.None.StartsWith("META-INF/"), "The v1 signature stayed.");
        Assert.That(Apksigner.Accepts(await JudgeAsync(replaced, cancellationToken)), Is.True);
    }

    [Test]
    public void Sign_AsAndroidCannot_IsRefused()
    {
        using var pss = InMemorySigner.Create(_bench.Authority, "rsa2048", pss: true);
        var apk = ApkBuilder.Build(dexBytes: 10);
        AssertRefused(apk, FormatBench.Choices(hash: HashAlgorithmName.SHA384), FormatFailure.InvalidChoice);
        Assert.That(
            async () => await SignAsync(apk, pss, FormatBench.Choices(), CancellationToken.None),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.InvalidChoice));
        Assert.That(
            async () => await FormatBench.SignAsync(Format, apk, _signer, _bench.Timestamper, FormatBench.Choices(), CancellationToken.None),
            Throws.TypeOf<SignatureFormatException>().With.Message.Contains("timestamp"));
    }

    [Test]
    public void Prepare_OfWhatAndroidWouldNotTake_IsRefused()
    {
        AssertRefused(ZipSamples.Build(("a", [1])), FormatBench.Choices(), FormatFailure.Malformed);
        AssertRefused(ZipSamples.Build(("AndroidManifest.xml", "<manifest/>"u8.ToArray())), FormatBench.Choices(), FormatFailure.Malformed);
        AssertRefused(ApkBuilder.Build(minSdk: 23), FormatBench.Choices(), FormatFailure.Unsupported);
        AssertRefused(ZipSamples.Build(("AndroidManifest.xml", ApkBuilder.Manifest(null))), FormatBench.Choices(), FormatFailure.Unsupported);
    }

    [TestCase(28, null, false, 28)]
    [TestCase(28, null, true, 28)]
    [TestCase(null, "33", false, 33)]
    [TestCase(null, "UpsideDownCake", true, 24)]
    [TestCase(null, "Lollipop", false, 1)]
    [TestCase(null, null, false, 1)]
    public void ReadMinSdk_OfAnyForm_GivesIt(int? minSdk, string? text, bool utf16, int expected) =>
        Assert.That(BinaryManifest.ReadMinSdk(ApkBuilder.Manifest(minSdk, text, utf16)), Is.EqualTo(expected));

    [Test]
    public void ReadMinSdk_OverTruncationsAndRandomChanges_ThrowsNothingElse()
    {
        var manifest = ApkBuilder.Manifest(28);
        var random = new Random(20261125);
        for (var round = 0; round < 20_000; round++)
        {
            var changed = (byte[])manifest.Clone();
            for (var change = random.Next(0, 4); change > 0; change--)
            {
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            }

            try
            {
                BinaryManifest.ReadMinSdk(changed.AsSpan(0, round < manifest.Length ? round : changed.Length));
            }
            catch (SignatureFormatException)
            {
                // As it has to be.
            }
        }
    }

    [Test]
    public async Task Parsers_OverTruncationsAndRandomChanges_ThrowNothingElse(CancellationToken cancellationToken)
    {
        var signed = await SignAsync(ApkBuilder.Build(dexBytes: 100), _signer, FormatBench.Choices(), cancellationToken);
        for (var length = 0; length < signed.Length; length++)
        {
            Assert.That(await HoldsAsync(signed[..length], cancellationToken), Is.False, $"{length} bytes");
        }

        var random = new Random(20261125);
        for (var round = 0; round < 4000; round++)
        {
            var changed = (byte[])signed.Clone();
            for (var change = random.Next(1, 5); change > 0; change--)
            {
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            }

            try
            {
                await Format.PrepareAsync(new MemoryStream(changed), FormatBench.Choices(ExistingSignatureRule.Replace), cancellationToken);
            }
            catch (SignatureFormatException)
            {
                // As it has to be.
            }

            await HoldsAsync(changed, cancellationToken);
        }
    }

    [TestCase("npm/io.appium.settings/8.0.10/package/apks/settings_apk-debug.apk")]
    [TestCase("npm/appium-uiautomator2-server/10.6.6/package/apks/appium-uiautomator2-server-debug-androidTest.apk")]
    [TestCase("npm/appium-uiautomator2-server/10.6.6/package/apks/appium-uiautomator2-server-v10.6.6.apk")]
    public async Task Replace_OfTheSignatureOfARealFile_IsAcceptedByBothJudges(string path, CancellationToken cancellationToken)
    {
        var apk = await File.ReadAllBytesAsync(RealFiles.PathOf(path), cancellationToken);
        Assert.That(await HoldsAsync(apk, cancellationToken), Is.True, "Its own signature does not hold.");
        var signed = await SignAsync(apk, _signer, FormatBench.Choices(ExistingSignatureRule.Replace), cancellationToken);
        Assert.That((await _bench.VerifyAsync(Format, signed, cancellationToken)).Holds, Is.True);
        var judged = await JudgeAsync(signed, cancellationToken);
        Assert.That(Apksigner.Accepts(judged), Is.True, judged.All);
        FormatEvidence.RealFileSigned(Name, Judge, Path.GetFileName(path), RealFiles.SourceOf(path));
    }

    private static Task<byte[]> SignAsync(byte[] apk, ISigner signer, SigningChoices choices, CancellationToken cancellationToken) =>
        FormatBench.SignAsync(Format, apk, signer, null, choices, cancellationToken);

    private async Task<ProgramResult> JudgeAsync(byte[] apk, CancellationToken cancellationToken) =>
        await Apksigner.VerifyAsync(await _bench.WriteAsync(apk, ".apk", cancellationToken), cancellationToken);

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

    private static byte[] Apply(byte[] original, IReadOnlyList<Edit> edits)
    {
        using var edited = new EditedStream(new MemoryStream(original), edits);
        using var result = new MemoryStream();
        edited.CopyTo(result);
        return result.ToArray();
    }

    private static void AssertRefused(byte[] apk, SigningChoices choices, FormatFailure failure) => Assert.That(
        async () => await Format.PrepareAsync(new MemoryStream(apk), choices, CancellationToken.None),
        Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(failure));
}
