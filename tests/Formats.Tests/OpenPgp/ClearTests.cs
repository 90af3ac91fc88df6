using System.Security.Cryptography;
using System.Text;
using Signet.Formats.OpenPgp;
using Signet.Formats.Tests.Detached;
using Signet.Testing.Judges;
using Signet.Testing.Tools;

namespace Signet.Formats.Tests.OpenPgp;

/// <summary>Clear-signed documents that gpg and our own verifier accept.</summary>
[CancelAfter(120_000)]
public sealed class ClearTests
{
    private static readonly OpenPgpClearFormat Format = new(TimeProvider.System);

    private OpenPgpBench _bench = null!;

    private static IEnumerable<string> Texts =>
    [
        "", "a", "a\n", "a\n\n", "\n", "\n\n\n", "a\r\nb\r\n", "a\r\nb", "trailing \t \nspaces  ", "  \t\n", "   ", "-", "-\n-\n",
        "- a\n-----BEGIN PGP SIGNATURE-----\n", "x\n--- b\n", "Grüße\n語\n", "a \r \n b", "From here\n", "\n-\n",
        new string('x', 19_000) + "\nb\n", string.Join('\n', Enumerable.Range(0, 5000).Select(line => $"line {line} ")),
    ];

    [OneTimeSetUp]
    public async Task SetUp() => _bench = await OpenPgpBench.CreateAsync("rsa2048", "p256", "p384", "p521");

    [OneTimeTearDown]
    public async Task TearDown() => await _bench.StopAsync();

    [TestCaseSource(nameof(Texts))]
    public async Task Sign_OfAnyText_IsAcceptedByGpgAndKeepsTheText(string text)
    {
        var cancellationToken = TestContext.CurrentContext.CancellationToken;
        var content = Encoding.UTF8.GetBytes(text);
        var document = await SignAsync(content, "p256", cancellationToken);
        var judged = await JudgeAsync(document, cancellationToken);
        Assert.That(GnuPg.Accepts(judged, _bench.Export("p256").Fingerprint), Is.True, judged.All + Encoding.UTF8.GetString(document));
        FormatEvidence.Accepted("openpgp-clear", "gpg");
        var report = await DetachedBench.VerifyAsync(Format, content, document, _bench.TrustOf("p256"), cancellationToken);
        Assert.That(report.Signatures.Single().Problems, Is.Empty);
        var alone = await Format.VerifyAsync(new MemoryStream(document), _bench.TrustOf("p256"), cancellationToken);
        Assert.That(alone.Holds, Is.True);
    }

    [Test]
    public async Task Sign_WithAnyKeyAndHash_IsAcceptedAndRefusedAfterAChange(
        [Values("rsa2048", "p256", "p384", "p521")] string key, [Values("SHA256", "SHA384", "SHA512")] string hash,
        CancellationToken cancellationToken)
    {
        var name = new HashAlgorithmName(hash);
        if (string.CompareOrdinal(OpenPgpBench.HashFor(key).Name, hash) > 0)
        {
            name = OpenPgpBench.HashFor(key);
        }

        var content = "first line\n- second line\nthird line\n"u8.ToArray();
        var document = await DetachedBench.SignAsync(
            Format, content, _bench.Signer(key), null, FormatBench.Choices(hash: name), cancellationToken);
        var judged = await JudgeAsync(document, cancellationToken);
        Assert.That(GnuPg.Accepts(judged, _bench.Export(key).Fingerprint), Is.True, judged.All);
        FormatEvidence.Accepted("openpgp-clear", "gpg");
        Assert.That(Encoding.ASCII.GetString(document), Does.StartWith($"-----BEGIN PGP SIGNED MESSAGE-----\nHash: {name.Name}\n\nfirst"));
        foreach (var word in new[] { "first", "second", "third" })
        {
            var index = Encoding.ASCII.GetString(document).IndexOf(word, StringComparison.Ordinal);
            var changed = Mutations.Flip(document, index);
            Assert.That((await JudgeAsync(changed, cancellationToken)).Output, Does.Contain("BADSIG"));
            FormatEvidence.RefusedAfterChange("openpgp-clear", "gpg");
            Assert.That((await Format.VerifyAsync(new MemoryStream(changed), _bench.TrustOf(key), cancellationToken)).Holds, Is.False);
        }
    }

    [TestCase("a\nb\n", "a\nc\n")]
    [TestCase("a\nb\n", "a\nb\nc\n")]
    [TestCase("a\nb\n", "a\n")]
    [TestCase("a\nb \n", "a\nb\n")]
    public async Task Verify_WithAnotherOriginal_DoesNotHold(string text, string original)
    {
        var cancellationToken = TestContext.CurrentContext.CancellationToken;
        var document = await SignAsync(Encoding.ASCII.GetBytes(text), "p256", cancellationToken);
        var report = await DetachedBench.VerifyAsync(
            Format, Encoding.ASCII.GetBytes(original), document, _bench.TrustOf("p256"), cancellationToken);
        Assert.That(report.Signatures.Single().Problems, Has.Exactly(1).Contains("another text"));
    }

    [Test]
    public async Task Verify_OfADocumentByGpg_Holds([Values("a\n- b \n\nc", "x\r\ny\r\n", "")] string text, CancellationToken cancellationToken)
    {
        var user = Guid.NewGuid().ToString("N") + " <gpg@example.com>";
        var key = await _bench.Gpg.MakeKeyAsync("rsa2048", user, cancellationToken);
        var file = await _bench.WriteAsync(Encoding.ASCII.GetBytes(text), ".txt", cancellationToken);
        await _bench.Gpg.RunAsync(["--local-user", user, "--clearsign", file], cancellationToken);
        var trust = _bench.Trust with { OpenPgpKeys = [await File.ReadAllBytesAsync(key, cancellationToken)] };
        await using var document = File.OpenRead(file + ".asc");
        Assert.That((await Format.VerifyAsync(document, trust, cancellationToken)).Signatures.Single().Problems, Is.Empty);
    }

    [TestCase("a\0b")]
    [TestCase("a\rb\n")]
    [TestCase("long")]
    [TestCase("dashes")]
    public void Sign_OfWhatGpgCouldNotRead_IsRefused(string text)
    {
        var content = text switch
        {
            "long" => Encoding.ASCII.GetBytes(new string('x', 20_000)),
            "dashes" => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("-\n", 70_000))),
            _ => Encoding.ASCII.GetBytes(text),
        };
        Assert.That(
            async () => await SignAsync(content, "p256", CancellationToken.None),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.Unsupported));
    }

    [TestCase("Hash: SHA256\n\n", "Hash: SHA256\nComment: hidden\n\n")]
    [TestCase("-----BEGIN PGP SIGNED MESSAGE-----\n", "Hello\n-----BEGIN PGP SIGNED MESSAGE-----\n")]
    [TestCase("- -x", "-x")]
    public async Task Verify_OfADocumentWithTextThatIsNotSigned_IsRefused(string part, string replacement)
    {
        var cancellationToken = TestContext.CurrentContext.CancellationToken;
        var document = Encoding.ASCII.GetString(await SignAsync("a\n-x\n"u8.ToArray(), "p256", cancellationToken));
        Assert.That(document, Does.Contain(part));
        var changed = Encoding.ASCII.GetBytes(document.Replace(part, replacement, StringComparison.Ordinal));
        Assert.That(
            async () => await Format.VerifyAsync(new MemoryStream(changed), _bench.TrustOf("p256"), cancellationToken),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.Malformed));
    }

    [Test]
    public async Task Verify_OfABrokenDocument_EndsInAReportOrATypedError(CancellationToken cancellationToken)
    {
        var content = "first line\n- second line\n"u8.ToArray();
        var document = await SignAsync(content, "rsa2048", cancellationToken);
        foreach (var broken in Mutations.Truncations(document).Concat(Mutations.Random(document, 2000, seed: 11)))
        {
            // Without a key: its mathematics would take nearly all the time, and are the same each time.
            await DetachedBench.HoldsAsync(Format, content, broken, _bench.Trust, cancellationToken);
        }
    }

    [Test]
    public async Task Sign_OfARealFile_IsAccepted(CancellationToken cancellationToken)
    {
        var content = await File.ReadAllBytesAsync(Repository.PathOf("LICENSE"), cancellationToken);
        var judged = await JudgeAsync(await SignAsync(content, "rsa2048", cancellationToken), cancellationToken);
        Assert.That(GnuPg.Accepts(judged, _bench.Export("rsa2048").Fingerprint), Is.True, judged.All);
    }

    private Task<byte[]> SignAsync(byte[] content, string key, CancellationToken cancellationToken) =>
        DetachedBench.SignAsync(Format, content, _bench.Signer(key), null, OpenPgpBench.ChoicesFor(key), cancellationToken);

    private async Task<ProgramResult> JudgeAsync(byte[] document, CancellationToken cancellationToken) =>
        await _bench.Gpg.VerifyAsync(await _bench.WriteAsync(document, ".asc", cancellationToken), null, cancellationToken);
}
