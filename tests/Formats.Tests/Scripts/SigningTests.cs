using System.Security.Cryptography;
using System.Text;
using Signet.Formats.Tests.Signers;
using Signet.Testing.Judges;

namespace Signet.Formats.Tests.Scripts;

/// <summary>Scripts that osslsigncode, or a second reader with openssl, and our own verifier accept.</summary>
[CancelAfter(120_000)]
public sealed class SigningTests
{
    private FormatBench _bench = null!;
    private InMemorySigner _signer = null!;

    [OneTimeSetUp]
    public async Task SetUp()
    {
        _bench = await FormatBench.StartAsync();
        _signer = InMemorySigner.Create(_bench.Authority, "rsa2048");
    }

    [OneTimeTearDown]
    public async Task TearDown()
    {
        _signer.Dispose();
        await _bench.DisposeAsync();
    }

    [Test]
    public async Task Sign_WithAnyKeyAndHash_IsAcceptedByBothJudges(
        [Values("rsa3072", "rsa4096", "p256", "p384", "p521")] string key,
        [Values("SHA256", "SHA384", "SHA512")] string hash,
        [Values("a.ps1", "a.vbs")] string name,
        CancellationToken cancellationToken)
    {
        using var signer = InMemorySigner.Create(_bench.Authority, key);
        var signed = await FormatBench.SignAsync(
            ScriptSamples.FormatOf(name), ScriptSamples.Build(name), signer, _bench.Timestamper,
            FormatBench.Choices(hash: new HashAlgorithmName(hash)), cancellationToken);
        await AssertAcceptedAsync(signed, name, cancellationToken);
        var signature = (await _bench.VerifyAsync(ScriptSamples.FormatOf(name), signed, cancellationToken)).Signatures.Single();
        Assert.Multiple(() =>
        {
            Assert.That(signature.DigestAlgorithm.Replace("-", string.Empty, StringComparison.Ordinal), Is.EqualTo(hash));
            Assert.That(signature.Description, Is.EqualTo("Grüße"));
            Assert.That(signature.Timestamp, Is.Not.Null);
            Assert.That(signature.Signer, Is.EqualTo(signer.CertificateChain[0]));
            Assert.That(signature.Chain, Is.EqualTo(new[] { _bench.Authority.Certificate }));
            Assert.That(signer.Uses, Is.EqualTo(1));
        });
    }

    [Test]
    public async Task Sign_InAnyEncodingWithAnyLineEnd_KeepsTheTextAndIsAccepted(
        [ValueSource(typeof(ScriptSamples), nameof(ScriptSamples.All))] string name,
        [Values("ascii", "utf-8", "utf-16le", "utf-16be")] string encoding,
        [Values("\r\n", "\n", "\r")] string endOfLine,
        CancellationToken cancellationToken)
    {
        var format = ScriptSamples.FormatOf(name);
        var script = ScriptSamples.Build(name, encoding, endOfLine);
        var edits = await FormatBench.EditsAsync(format, script, _signer, null, FormatBench.Choices(), cancellationToken);
        Assert.That(edits, Has.Count.EqualTo(1));
        Assert.That(edits[0].RemovedBytes, Is.Zero);
        Assert.That(edits[0].Offset, Is.EqualTo(
            name == "a.wsf" ? script.AsSpan().LastIndexOf(ScriptSamples.Encode("</job>", encoding).AsSpan(MarkBytes(encoding))) : script.Length));

        var signed = await FormatBench.SignAsync(format, script, _signer, null, FormatBench.Choices(), cancellationToken);

        // osslsigncode 2.9 takes no UTF-16 with its bytes the other way round.
        await AssertAcceptedAsync(signed, name, cancellationToken, byJudge: encoding != "utf-16be" || ScriptSamples.Unjudged.Contains(name));
    }

    [TestCase("a.ps1", "utf-8-unmarked", false)]
    [TestCase("a.mof", "utf-8-unmarked", false)]
    [TestCase("a.psm1", "windows-1252", false)]
    [TestCase("a.vbs", "windows-1252", true)]
    [TestCase("a.vbs", "utf-8-unmarked", true)]
    [TestCase("a.js", "windows-1252", true)]
    [TestCase("a.wsf", "windows-1252", true)]
    [TestCase("a.wsf", "utf-8-unmarked", true)]
    [TestCase("a.ps1xml", "windows-1252", false)]
    public async Task Sign_OfUnmarkedText_ReadsItAsWindowsDoes(
        string name, string encoding, bool byJudge, CancellationToken cancellationToken)
    {
        var script = ScriptSamples.Build(name, encoding);
        var signed = await FormatBench.SignAsync(
            ScriptSamples.FormatOf(name), script, _signer, null, FormatBench.Choices(), cancellationToken);
        await AssertAcceptedAsync(signed, name, cancellationToken, byJudge);
        if (!byJudge)
        {
            // osslsigncode reads UTF-8, and Windows its code page (Pester.psm1 in RealFileTests was signed there).
            var text = CodePagesEncodingProvider.Instance.GetEncoding(1252)!.GetString(script);
            var report = await _bench.VerifyAsync(ScriptSamples.FormatOf(name), signed, cancellationToken);
            Assert.That(report.Signatures[0].ContentDigest.ToArray(), Is.EqualTo(SHA256.HashData(Encoding.Unicode.GetBytes(text))));
        }
    }

    [Test]
    public async Task Sign_ThenChangeAByte_IsRefusedByBothJudges(
        [ValueSource(typeof(ScriptSamples), nameof(ScriptSamples.All))] string name, CancellationToken cancellationToken)
    {
        var script = ScriptSamples.Build(name);
        var format = ScriptSamples.FormatOf(name);
        var signed = await FormatBench.SignAsync(format, script, _signer, _bench.Timestamper, FormatBench.Choices(), cancellationToken);
        foreach (var offset in new[] { 1, script.Length / 3, script.Length / 2 })
        {
            var changed = (byte[])signed.Clone();
            changed[offset] ^= 1;
            Assert.That((await _bench.VerifyAsync(format, changed, cancellationToken)).Holds, Is.False);
            if (ScriptSamples.Judged.Contains(name))
            {
                var judged = await _bench.JudgeAsync(changed, Path.GetExtension(name), cancellationToken);
                Assert.That(Osslsigncode.Accepts(judged), Is.False, judged.All);
                FormatEvidence.RefusedAfterChange(format.Name, "osslsigncode");
            }
            else
            {
                Assert.That((await SecondReader.JudgeAsync(_bench, changed, Path.GetExtension(name), cancellationToken)).Holds, Is.False);
                FormatEvidence.RefusedAfterChange(format.Name, "second reader, openssl smime");
            }
        }
    }

    [Test]
    public async Task Sign_OfASignedScript_FollowsTheRule(
        [ValueSource(typeof(ScriptSamples), nameof(ScriptSamples.All))] string name,
        [Values("ascii", "utf-16le")] string encoding,
        CancellationToken cancellationToken)
    {
        using var second = InMemorySigner.Create(_bench.Authority, "p256");
        var format = ScriptSamples.FormatOf(name);
        var script = ScriptSamples.Build(name, encoding);
        var first = await FormatBench.SignAsync(format, script, _signer, _bench.Timestamper, FormatBench.Choices(), cancellationToken);
        Assert.That(
            async () => await FormatBench.SignAsync(format, first, second, null, FormatBench.Choices(), cancellationToken),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.AlreadySigned));

        var replaced = await FormatBench.SignAsync(
            format, first, second, null, FormatBench.Choices(ExistingSignatureRule.Replace), cancellationToken);
        var direct = await FormatBench.SignAsync(format, script, second, null, FormatBench.Choices(), cancellationToken);
        await AssertAcceptedAsync(replaced, name, cancellationToken);
        var digests = new List<byte[]>();
        foreach (var signed in new[] { first, replaced, direct })
        {
            digests.Add((await _bench.VerifyAsync(format, signed, cancellationToken)).Signatures.Single().ContentDigest.ToArray());
        }

        Assert.That(digests, Is.All.EqualTo(digests[0]), "The digest depends on a signature that was there.");

        var appended = await FormatBench.SignAsync(
            format, first, second, null, FormatBench.Choices(ExistingSignatureRule.Append), cancellationToken);
        var report = await _bench.VerifyAsync(format, appended, cancellationToken);
        Assert.That(report.Signatures.Select(signature => signature.Signer), Is.EqualTo(new[] { _signer.CertificateChain[0], second.CertificateChain[0] }));
        await AssertAcceptedAsync(appended, name, cancellationToken);
    }

    [Test]
    public async Task Sign_WithReplaceAfterTheLineEndsWereChanged_FindsTheBlock(
        [ValueSource(typeof(ScriptSamples), nameof(ScriptSamples.All))] string name, CancellationToken cancellationToken)
    {
        var format = ScriptSamples.FormatOf(name);
        var signed = await FormatBench.SignAsync(
            format, ScriptSamples.Build(name, endOfLine: "\n"), _signer, null, FormatBench.Choices(), cancellationToken);
        var converted = Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(signed).Replace("\r\n", "\n", StringComparison.Ordinal) + (name == "a.wsf" ? string.Empty : "\n \n"));
        Assert.That((await _bench.VerifyAsync(format, converted, cancellationToken)).Holds, Is.False);
        var again = await FormatBench.SignAsync(
            format, converted, _signer, null, FormatBench.Choices(ExistingSignatureRule.Replace), cancellationToken);
        Assert.That(again, Has.Length.EqualTo(signed.Length));
        await AssertAcceptedAsync(again, name, cancellationToken);
    }

    [Test]
    public void Sign_WithPss_IsRefused()
    {
        using var signer = InMemorySigner.Create(_bench.Authority, "rsa2048", pss: true);
        Assert.That(
            async () => await FormatBench.SignAsync(
                ScriptSamples.FormatOf("a.ps1"), ScriptSamples.Build("a.ps1"), signer, null, FormatBench.Choices(), CancellationToken.None),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.InvalidChoice));
    }

    [Test]
    public async Task Verify_OfASignatureByOsslsigncode_HoldsAndHasOurDigest(
        [ValueSource(typeof(ScriptSamples), nameof(ScriptSamples.Judged))] string name,
        [Values("ascii", "utf-8", "utf-16le")] string encoding,
        CancellationToken cancellationToken)
    {
        var format = ScriptSamples.FormatOf(name);
        var theirs = await _bench.SignByOsslsigncodeAsync(
            ScriptSamples.Build(name, encoding), Path.GetExtension(name), _signer, cancellationToken, "-h", "sha256");
        var report = await _bench.VerifyAsync(format, theirs, cancellationToken);
        Assert.That(report.Signatures.Single().Problems, Is.Empty);
        var ours = await FormatBench.SignAsync(
            format, theirs, _signer, null, FormatBench.Choices(ExistingSignatureRule.Replace), cancellationToken);
        Assert.That(
            (await _bench.VerifyAsync(format, ours, cancellationToken)).Signatures[0].ContentDigest.ToArray(),
            Is.EqualTo(report.Signatures[0].ContentDigest.ToArray()));
    }

    private static int MarkBytes(string encoding) => encoding switch { "ascii" => 0, "utf-8" => 3, _ => 2 };

    private async Task AssertAcceptedAsync(byte[] signed, string name, CancellationToken cancellationToken, bool byJudge = true)
    {
        var format = ScriptSamples.FormatOf(name);
        var report = await _bench.VerifyAsync(format, signed, cancellationToken);
        Assert.That(report.Signatures.SelectMany(signature => signature.Problems), Is.Empty);
        Assert.That(report.Holds, Is.True);
        if (!byJudge)
        {
            return;
        }

        if (ScriptSamples.Judged.Contains(name))
        {
            await _bench.AssertAcceptedAsync(signed, Path.GetExtension(name), cancellationToken);
            FormatEvidence.Accepted(format.Name, "osslsigncode");
        }
        else
        {
            var (holds, why) = await SecondReader.JudgeAsync(_bench, signed, Path.GetExtension(name), cancellationToken);
            Assert.That(holds, Is.True, why);
            FormatEvidence.Accepted(format.Name, "second reader, openssl smime");
        }
    }
}
