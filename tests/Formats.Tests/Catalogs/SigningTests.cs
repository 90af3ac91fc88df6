using System.Security.Cryptography;
using Signet.Formats.Catalogs;
using Signet.Formats.Catalogs.Verification;
using Signet.Formats.Tests.Signers;
using Signet.Testing.Judges;

namespace Signet.Formats.Tests.Catalogs;

/// <summary>Catalogs that are there already: signed, signed again, signed by others, broken.</summary>
[CancelAfter(120_000)]
public sealed class SigningTests
{
    private static readonly CatalogFormat Format = new();

    private FormatBench _bench = null!;
    private InMemorySigner _signer = null!;
    private byte[] _catalog = null!;
    private byte[] _signed = null!;

    [OneTimeSetUp]
    public async Task SetUp()
    {
        _bench = await FormatBench.StartAsync();
        _signer = InMemorySigner.Create(_bench.Authority, "p256");
        var builder = new CatalogBuilder();
        await builder.AddAsync("one.ps1", new MemoryStream(Script(1)), CancellationToken.None);
        await builder.AddAsync("two.ps1", new MemoryStream(Script(2)), CancellationToken.None);
        _catalog = builder.Build(TimeProvider.System.GetUtcNow());
        _signed = await FormatBench.SignAsync(Format, _catalog, _signer, _bench.Timestamper, FormatBench.Choices(), CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task TearDown()
    {
        _signer.Dispose();
        await _bench.DisposeAsync();
    }

    [Test]
    public async Task Sign_WithAnyKeyAndHash_IsAcceptedByBothJudges(
        [Values("rsa2048", "rsa3072", "rsa4096", "p256", "p384", "p521")] string key,
        [Values("SHA256", "SHA384", "SHA512")] string hash,
        CancellationToken cancellationToken)
    {
        using var signer = InMemorySigner.Create(_bench.Authority, key);
        var signed = await FormatBench.SignAsync(
            Format, _catalog, signer, _bench.Timestamper, FormatBench.Choices(hash: new HashAlgorithmName(hash)), cancellationToken);
        await AssertAcceptedAsync(signed, cancellationToken);
        var signature = (await _bench.VerifyAsync(Format, signed, cancellationToken)).Signatures.Single();
        Assert.Multiple(() =>
        {
            Assert.That(signature.Problems, Is.Empty);
            Assert.That(signature.DigestAlgorithm.Replace("-", string.Empty, StringComparison.Ordinal), Is.EqualTo(hash));
            Assert.That(signature.Description, Is.EqualTo("Grüße"));
            Assert.That(signature.Timestamp, Is.Not.Null);
            Assert.That(signer.Uses, Is.EqualTo(1));
        });
        Assert.That(List(signed), Is.EqualTo(List(_catalog)), "The list changed.");
    }

    [Test]
    public async Task Sign_OfASignedCatalog_RefusesReplacesOrAppends(CancellationToken cancellationToken)
    {
        Assert.That(
            async () => await FormatBench.SignAsync(Format, _signed, _signer, null, FormatBench.Choices(), cancellationToken),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.AlreadySigned));
        using var rsa = InMemorySigner.Create(_bench.Authority, "rsa3072");
        var replaced = await FormatBench.SignAsync(
            Format, _signed, rsa, _bench.Timestamper, FormatBench.Choices(ExistingSignatureRule.Replace), cancellationToken);
        await AssertAcceptedAsync(replaced, cancellationToken);
        var report = await _bench.VerifyAsync(Format, replaced, cancellationToken);
        Assert.That(report.Signatures.Single().Signer, Is.EqualTo(rsa.CertificateChain[0]));
        Assert.That(
            report.Signatures[0].ContentDigest.ToArray(),
            Is.EqualTo((await _bench.VerifyAsync(Format, _signed, cancellationToken)).Signatures[0].ContentDigest.ToArray()));

        var both = await FormatBench.SignAsync(
            Format, _signed, rsa, _bench.Timestamper, FormatBench.Choices(ExistingSignatureRule.Append, HashAlgorithmName.SHA512), cancellationToken);
        report = await _bench.VerifyAsync(Format, both, cancellationToken);
        Assert.That(report.Signatures.Select(signature => signature.Signer), Is.EqualTo(new[] { _signer.CertificateChain[0], rsa.CertificateChain[0] }));
        Assert.That(report.Holds, Is.True);
        await AssertAcceptedAsync(both, cancellationToken);
    }

    [Test]
    public async Task Verify_OfASignatureByOsslsigncode_Holds([Values("sha256", "sha384")] string hash, CancellationToken cancellationToken)
    {
        using var signer = InMemorySigner.Create(_bench.Authority, "rsa2048");
        var theirs = await _bench.SignByOsslsigncodeAsync(_catalog, ".cat", signer, cancellationToken, "-h", hash, "-n", "Hello");
        var report = await _bench.VerifyAsync(Format, theirs, cancellationToken);
        Assert.That(report.Signatures.Single().Problems, Is.Empty);
        Assert.That(report.Signatures[0].Description, Is.EqualTo("Hello"));
    }

    [Test]
    public void Sign_WithPss_IsRefused()
    {
        using var signer = InMemorySigner.Create(_bench.Authority, "rsa2048", pss: true);
        Assert.That(
            async () => await FormatBench.SignAsync(Format, _catalog, signer, null, FormatBench.Choices(), CancellationToken.None),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.InvalidChoice));
    }

    [Test]
    public async Task Verify_OfAnUnsignedCatalog_FindsNoSignature(CancellationToken cancellationToken) =>
        Assert.That((await _bench.VerifyAsync(Format, _catalog, cancellationToken)).Signatures, Is.Empty);

    [Test]
    public async Task Verify_OfEveryChangedByteOfTheList_DoesNotHold(CancellationToken cancellationToken)
    {
        var start = _signed.AsSpan().IndexOf(List(_signed));
        for (var offset = start; offset < start + List(_signed).Length; offset++)
        {
            var changed = (byte[])_signed.Clone();
            changed[offset] ^= 1;
            Assert.That(await HoldsAsync(changed, cancellationToken), Is.False, $"byte {offset}");
            if (offset % 50 == 0)
            {
                Assert.That(Osslsigncode.Accepts(await _bench.JudgeAsync(changed, ".cat", cancellationToken)), Is.False, $"byte {offset}");
                FormatEvidence.RefusedAfterChange("cat", "osslsigncode");
            }
        }
    }

    [Test]
    public async Task PrepareAndVerify_OfEveryTruncation_AreRefused(CancellationToken cancellationToken)
    {
        for (var length = 0; length < _signed.Length; length += 3)
        {
            var cut = _signed[..length];
            Assert.That(
                async () => await Format.PrepareAsync(
                    new MemoryStream(cut), FormatBench.Choices(ExistingSignatureRule.Replace), cancellationToken),
                Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.Malformed), $"{length} bytes");
            Assert.That(await HoldsAsync(cut, cancellationToken), Is.False, $"{length} bytes");
        }
    }

    [Test]
    public async Task Parsers_OverRandomChanges_ThrowNothingElse(CancellationToken cancellationToken)
    {
        var random = new Random(20261125);
        for (var round = 0; round < 2000; round++)
        {
            var file = (byte[])_signed.Clone();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                file[random.Next(2) == 0 ? random.Next(120) : random.Next(file.Length)] = (byte)random.Next(256);
            }

            try
            {
                await FormatBench.EditsAsync(
                    Format, file, _signer, null, FormatBench.Choices(ExistingSignatureRule.Append), cancellationToken);
            }
            catch (SignatureFormatException)
            {
                // As it has to be.
            }

            await HoldsAsync(file, cancellationToken);
        }
    }

    private async Task AssertAcceptedAsync(byte[] signed, CancellationToken cancellationToken)
    {
        await _bench.AssertAcceptedAsync(signed, ".cat", cancellationToken, stamped: true);
        FormatEvidence.Accepted("cat", "osslsigncode");
        var member = await _bench.WriteAsync(Script(2), ".ps1", cancellationToken);
        var judged = await Osslsigncode.VerifyInCatalogAsync(
            member, await _bench.WriteAsync(signed, ".cat", cancellationToken), _bench.SigningRoots, _bench.TimestampRoots, cancellationToken);
        Assert.That(Osslsigncode.Accepts(judged), Is.True, judged.All);
    }

    // The judge takes no script that is very short.
    private static byte[] Script(int number) => System.Text.Encoding.ASCII.GetBytes($"Write-Host {number}\r\n" + new string('\n', 200));

    private static byte[] List(byte[] catalog) => CatalogContents.FindList(catalog).ToArray();

    private async Task<bool> HoldsAsync(byte[] file, CancellationToken cancellationToken)
    {
        try
        {
            return (await _bench.VerifyAsync(Format, file, cancellationToken)).Holds;
        }
        catch (SignatureFormatException)
        {
            return false;
        }
    }
}
