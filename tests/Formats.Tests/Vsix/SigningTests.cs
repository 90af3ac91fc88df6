using System.Security.Cryptography;
using Microsoft.Extensions.Time.Testing;
using Signet.Formats.Tests.Signers;
using Signet.Formats.Vsix;
using Signet.Testing.Judges;
using Signet.Testing.Packages;

namespace Signet.Formats.Tests.Vsix;

/// <summary>Signatures of VSIX packages that xmlsec1, a second reader and our own verifier accept.</summary>
[CancelAfter(120_000)]
public sealed class SigningTests
{
    private static readonly VsixFormat Format = new(TimeProvider.System);

    private FormatBench _bench = null!;

    [OneTimeSetUp]
    public async Task SetUp() => _bench = await FormatBench.StartAsync();

    [OneTimeTearDown]
    public async Task TearDown() => await _bench.DisposeAsync();

    [Test]
    public async Task Sign_WithAnyKeyAndHash_IsAcceptedByAllJudges(
        [Values("rsa2048", "rsa3072", "p256", "p384", "p521")] string key,
        [Values("SHA256", "SHA384", "SHA512")] string hash,
        [Values] bool stamped,
        CancellationToken cancellationToken)
    {
        using var signer = InMemorySigner.Create(_bench.Authority, key);
        var signed = await FormatBench.SignAsync(
            Format, new VsixBuilder().Build(), signer, stamped ? _bench.Timestamper : null,
            FormatBench.Choices(hash: new HashAlgorithmName(hash)), cancellationToken);

        await AssertAcceptedAsync(signed, cancellationToken);
        var signature = (await _bench.VerifyAsync(Format, signed, cancellationToken)).Signatures.Single();
        Assert.Multiple(() =>
        {
            Assert.That(signature.Problems, Is.Empty);
            Assert.That(signature.DigestAlgorithm.Replace("-", string.Empty, StringComparison.Ordinal), Is.EqualTo(hash));
            Assert.That(signature.Timestamp is not null, Is.EqualTo(stamped));
            Assert.That(signature.Signer, Is.EqualTo(signer.CertificateChain[0]));
            Assert.That(signature.Chain, Does.Contain(signer.CertificateChain[1]));
            Assert.That(signer.Uses, Is.EqualTo(1));
        });
    }

    private static IEnumerable<TestCaseData> Shapes()
    {
        yield return Shape("of Visual Studio Code", new VsixBuilder { PackageRelationships = null });
        yield return Shape("without any relationship", new VsixBuilder { PackageRelationships = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"/>" });
        yield return Shape("with prefixes", new VsixBuilder
        {
            PackageRelationships = "<r:Relationships xmlns:r=\"http://schemas.openxmlformats.org/package/2006/relationships\"><r:Relationship Type=\"http://example.com/\" Target=\"icon.json\" Id=\"A\"/></r:Relationships>",
            ContentTypes = "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'><Default Extension='vsixmanifest' ContentType='text/xml'/></Types >",
        });
        yield return Shape("with byte order marks", new VsixBuilder { ContentTypes = "\uFEFF" + VsixBuilder.Types, PackageRelationships = "\uFEFF" + VsixBuilder.Relationships });
        yield return Shape("with the Id that we would take", new VsixBuilder { PackageRelationships = VsixBuilder.Relationships.Replace("R1", "signet", StringComparison.Ordinal) });

        static TestCaseData Shape(string name, VsixBuilder builder) => new TestCaseData(builder).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Shapes))]
    public async Task Sign_OfAnyShape_IsAcceptedByAllJudges(object builder, CancellationToken cancellationToken)
    {
        using var signer = InMemorySigner.Create(_bench.Authority, "rsa2048");
        var signed = await SignAsync(((VsixBuilder)builder).Build(), signer, cancellationToken);
        await AssertAcceptedAsync(signed, cancellationToken);
        var report = await _bench.VerifyAsync(Format, signed, cancellationToken);
        Assert.That(report.Holds, Is.True, string.Join('\n', report.Signatures.SelectMany(signature => signature.Problems)));
    }

    [Test]
    public async Task Sign_WithReplace_LeavesOneSignatureAndTheSameContent(CancellationToken cancellationToken)
    {
        var format = new VsixFormat(new FakeTimeProvider(TimeProvider.System.GetUtcNow()));
        using var old = InMemorySigner.Create(_bench.Authority, "rsa3072");
        using var signer = InMemorySigner.Create(_bench.Authority, "rsa2048");
        var first = await FormatBench.SignAsync(format, new VsixBuilder().Build(), old, _bench.Timestamper, FormatBench.Choices(), cancellationToken);
        var second = await FormatBench.SignAsync(format, first, signer, null, FormatBench.Choices(ExistingSignatureRule.Replace), cancellationToken);

        await AssertAcceptedAsync(second, cancellationToken);
        var before = (await _bench.VerifyAsync(format, first, cancellationToken)).Signatures.Single();
        var after = (await _bench.VerifyAsync(format, second, cancellationToken)).Signatures.Single();
        Assert.That(after.Problems, Is.Empty);
        Assert.That(after.Signer, Is.EqualTo(signer.CertificateChain[0]));
        Assert.That(after.ContentDigest.ToArray(), Is.EqualTo(before.ContentDigest.ToArray()));
    }

    [Test]
    public async Task Sign_WithAppend_KeepsTheFirstSignature(CancellationToken cancellationToken)
    {
        using var first = InMemorySigner.Create(_bench.Authority, "rsa2048");
        using var second = InMemorySigner.Create(_bench.Authority, "p256");
        var signed = await SignAsync(new VsixBuilder().Build(), first, cancellationToken);
        signed = await SignAsync(signed, second, cancellationToken, ExistingSignatureRule.Append);

        await AssertAcceptedAsync(signed, cancellationToken);
        var report = await _bench.VerifyAsync(Format, signed, cancellationToken);
        Assert.That(report.Holds, Is.True);
        Assert.That(report.Signatures.Select(signature => signature.Signer), Is.EqualTo(new[] { first.CertificateChain[0], second.CertificateChain[0] }));
    }

    [Test]
    public async Task Sign_OfASignedPackage_IsRefusedWhenAskedFor(CancellationToken cancellationToken)
    {
        using var signer = InMemorySigner.Create(_bench.Authority, "rsa2048");
        var signed = await SignAsync(new VsixBuilder().Build(), signer, cancellationToken);
        Assert.That(
            async () => await SignAsync(signed, signer, cancellationToken),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.AlreadySigned));
    }

    [Test]
    public void Sign_WithPss_IsRefused()
    {
        using var signer = InMemorySigner.Create(_bench.Authority, "rsa2048", pss: true);
        Assert.That(
            async () => await SignAsync(new VsixBuilder().Build(), signer, CancellationToken.None),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.InvalidChoice));
        Assert.That(signer.Uses, Is.Zero);
    }

    [TestCase("Extension.dll")]
    [TestCase("extension.vsixmanifest")]
    [TestCase("extension/LICENSE")]
    public async Task Verify_AfterAPartChanged_IsRefusedByBothReaders(string name, CancellationToken cancellationToken)
    {
        using var signer = InMemorySigner.Create(_bench.Authority, "rsa2048");
        var signed = VsixParts.With(await SignAsync(new VsixBuilder().Build(), signer, cancellationToken), name, content => content[0] ^= 1);
        Assert.That(OpcReader.Check(signed), Is.Not.Empty);
        FormatEvidence.RefusedAfterChange("vsix", "second reader");
        var report = await _bench.VerifyAsync(Format, signed, cancellationToken);
        Assert.That(report.Signatures.Single().Problems, Has.Some.Contains("changed after it was signed"));
    }

    [Test]
    public async Task Verify_AfterTheListChanged_IsRefusedByXmlsec1(CancellationToken cancellationToken)
    {
        using var signer = InMemorySigner.Create(_bench.Authority, "rsa2048");
        var signed = await SignAsync(new VsixBuilder().Build(), signer, cancellationToken);
        var part = VsixParts.Names(signed).Single(name => name.EndsWith(".psdsxs", StringComparison.Ordinal));
        signed = VsixParts.With(signed, part, content => content[content.AsSpan().IndexOf("Extension.dll"u8)] ^= 1);
        var judged = await JudgeAsync(OpcReader.Signatures(signed).Single(), cancellationToken);
        Assert.That(Xmlsec1.Accepts(judged), Is.False, judged.All);
        FormatEvidence.RefusedAfterChange("vsix", "xmlsec1");
        Assert.That((await _bench.VerifyAsync(Format, signed, cancellationToken)).Holds, Is.False);
    }

    [TestCase("added.json", "It does not cover the part /added.json.")]
    [TestCase("extension/_rels/LICENSE.rels", "It does not cover the part /extension/_rels/LICENSE.rels.")]
    public async Task Verify_AfterAPartWasAdded_SaysSo(string name, string problem, CancellationToken cancellationToken)
    {
        using var signer = InMemorySigner.Create(_bench.Authority, "rsa2048");
        var signed = await SignAsync(new VsixBuilder().Build(), signer, cancellationToken);
        var xml = System.Text.Encoding.UTF8.GetBytes(VsixBuilder.Relationships);
        var report = await _bench.VerifyAsync(Format, VsixParts.Added(signed, name, xml), cancellationToken);
        Assert.That(report.Signatures.Single().Problems, Does.Contain(problem));
    }

    [Test]
    public async Task Verify_AfterARelationshipWasAdded_SaysSo(CancellationToken cancellationToken)
    {
        using var signer = InMemorySigner.Create(_bench.Authority, "rsa2048");
        var signed = await SignAsync(new VsixBuilder().Build(), signer, cancellationToken);
        signed = VsixParts.Replace(signed, "_rels/.rels", xml => xml.Replace(
            "</Relationships>", "<Relationship Type=\"http://example.com/x\" Target=\"/icon.json\" Id=\"X\"/></Relationships>", StringComparison.Ordinal));
        var report = await _bench.VerifyAsync(Format, signed, cancellationToken);
        Assert.That(report.Signatures.Single().Problems, Does.Contain("It does not cover the part /_rels/.rels."));
    }

    [Test]
    public async Task Verify_OfASignatureOverAnotherObject_DoesNotHold(CancellationToken cancellationToken)
    {
        // The wrapping attack: the signed object is moved away, and another one takes its place.
        using var signer = InMemorySigner.Create(_bench.Authority, "rsa2048");
        var signed = await SignAsync(new VsixBuilder().Build(), signer, cancellationToken);
        var part = VsixParts.Names(signed).Single(name => name.EndsWith(".psdsxs", StringComparison.Ordinal));
        signed = VsixParts.Replace(signed, part, xml => xml.Replace(
            "<Object Id=", "<Object><Object Id=\"other\"><Manifest></Manifest></Object></Object><Object Id=", StringComparison.Ordinal)
            .Replace("<KeyInfo>", "<KeyInfo Id=\"idPackageObject\">", StringComparison.Ordinal));
        Assert.That((await _bench.VerifyAsync(Format, signed, cancellationToken)).Holds, Is.False);
    }

    private static Task<byte[]> SignAsync(
        byte[] package, InMemorySigner signer, CancellationToken cancellationToken,
        ExistingSignatureRule rule = ExistingSignatureRule.Refuse) =>
        FormatBench.SignAsync(Format, package, signer, null, FormatBench.Choices(rule), cancellationToken);

    private async Task AssertAcceptedAsync(byte[] signed, CancellationToken cancellationToken)
    {
        foreach (var signature in OpcReader.Signatures(signed))
        {
            var judged = await JudgeAsync(signature, cancellationToken);
            Assert.That(Xmlsec1.Accepts(judged), Is.True, judged.All);
        }

        FormatEvidence.Accepted("vsix", "xmlsec1");
        Assert.That(OpcReader.Check(signed), Is.Empty);
        FormatEvidence.Accepted("vsix", "second reader");
    }

    private async Task<Signet.Testing.Tools.ProgramResult> JudgeAsync(byte[] signature, CancellationToken cancellationToken) =>
        await Xmlsec1.VerifyAsync(
            await _bench.WriteAsync(signature, ".xml", cancellationToken), _bench.SigningRoots, cancellationToken);
}
