using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;
using Signet.Formats.Tests.Signers;
using Signet.Formats.Tests.Zip;
using Signet.Testing.Judges;

namespace Signet.Formats.Tests.Jar;

/// <summary>JARs that jarsigner and our own verifier accept, and refuse after a change.</summary>
[CancelAfter(240_000)]
public sealed class JarSigningTests
{
    private const string Format = "jar";
    private const string Judge = "jarsigner";
    private JarBench _bench = null!;
    private InMemorySigner _signer = null!;

    [OneTimeSetUp]
    public async Task SetUp()
    {
        _bench = await JarBench.CreateAsync();
        _signer = InMemorySigner.Create(_bench.Authority, "rsa2048");
    }

    [OneTimeTearDown]
    public async Task TearDown()
    {
        _signer.Dispose();
        await _bench.DisposeAsync();
    }

    [TestCase("rsa2048", "SHA256", true)]
    [TestCase("rsa3072", "SHA384", true)]
    [TestCase("rsa4096", "SHA512", false)]
    [TestCase("p256", "SHA256", true)]
    [TestCase("p384", "SHA384", false)]
    [TestCase("p521", "SHA512", true)]
    [TestCase("pss", "SHA256", true)]
    public async Task Sign_WithAnyKeyAndHash_IsAcceptedByBothJudges(
        string key, string hash, bool stamped, CancellationToken cancellationToken)
    {
        using var signer = InMemorySigner.Create(_bench.Authority, key == "pss" ? "rsa2048" : key, pss: key == "pss");
        var jar = ZipSamples.Build(JarBench.Sample());
        var signed = await JarBench.SignAsync(
            jar, signer, stamped ? _bench.Timestamper : null, JarBench.Choices(hash: new HashAlgorithmName(hash)), cancellationToken);

        var report = await _bench.VerifyAsync(signed, cancellationToken);
        Assert.That(report.Signatures.SelectMany(signature => signature.Problems), Is.Empty);
        Assert.That(report.Holds, Is.True);
        Assert.That(report.Signatures[0].Timestamp is not null, Is.EqualTo(stamped));
        Assert.That(report.Signatures[0].DigestAlgorithm, Is.EqualTo("SHA-" + hash[3..]));
        Assert.That(report.Signatures[0].Signer, Is.EqualTo(signer.CertificateChain[0]));
        Assert.That(report.Signatures[0].Chain, Does.Contain(signer.CertificateChain[1]));
        var judged = await _bench.JudgeAsync(signed, cancellationToken);
        Assert.That(stamped ? Jarsigner.AcceptsStamped(judged) : Jarsigner.Accepts(judged), Is.True, judged.All);
        Assert.That(judged.Output, Does.Contain($"Digest algorithm: SHA-{hash[3..]}"));
        FormatEvidence.Accepted(Format, Judge);

        AssertStructure(jar, signed, signer.Scheme == SignatureScheme.Ecdsa ? ".EC" : ".RSA");
    }

    private static IEnumerable<TestCaseData> Manifests()
    {
        yield return Case("none", null);
        yield return Case("empty", string.Empty);
        yield return Case("LF", "Manifest-Version: 1.0\nA: b\n\nName: a/Main.class\nJava-Bean: True\n\n");
        yield return Case("CR", "Manifest-Version: 1.0\rA: b\r\rName: a/Main.class\rJava-Bean: True\r\r");
        yield return Case("no blank line", "Manifest-Version: 1.0\nA: b\n");
        yield return Case("no last line end", "Manifest-Version: 1.0\nA: b");
        yield return Case("no last line end in a section", "Manifest-Version: 1.0\nA: b\n\nName: a/Main.class\nJava-Bean: True");
        yield return Case("blank lines", "Manifest-Version: 1.0\n\n\n\nName: a/\nSealed: true\n\n\n\n\n");
        yield return Case("wrapped", "Manifest-Version: 1.0\nClass-Path: " + string.Join("\n ", Enumerable.Repeat(new string('p', 69), 4))
            + "\n\nName: a/Ma\n in.class\nX: 1\n\n");
        yield return Case("stale digest", "Manifest-Version: 1.0\n\nName: a/Main.class\nSHA1-Digest: AAAA\nX: 1\n\nName: gone\nSHA-256-Digest: AAAA\n\n");
        yield return Case("section without an entry", "Manifest-Version: 1.0\n\nName: not/there\nX: 1\n\n");
        yield return Case("sections of one name", "Manifest-Version: 1.0\n\nName: a/Main.class\nX: 1\n\nName: a/Main.class\nY: 1\n\n");

        static TestCaseData Case(string name, string? manifest) => new TestCaseData(manifest).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Manifests))]
    public async Task Sign_WithAnyManifest_KeepsItsAttributes(string? manifest, CancellationToken cancellationToken)
    {
        var signed = await JarBench.SignAsync(
            ZipSamples.Build(JarBench.Sample(manifest)), _signer, null, JarBench.Choices(), cancellationToken);
        var judged = await _bench.JudgeAsync(signed, cancellationToken);
        Assert.That(Jarsigner.Accepts(judged), Is.True, judged.All);
        FormatEvidence.Accepted(Format, Judge);
        var report = await _bench.VerifyAsync(signed, cancellationToken);
        Assert.That(report.Signatures.SelectMany(signature => signature.Problems), Is.Empty);
        var text = Encoding.UTF8.GetString(ZipSamples.Contents(signed)["META-INF/MANIFEST.MF"]);
        foreach (var line in (manifest ?? string.Empty).Split('\n', '\r').Where(line => !line.Contains("-Digest", StringComparison.Ordinal) && line != "Name: gone"))
        {
            Assert.That(text, Does.Contain(line));
        }

        Assert.That(text, Does.Not.Contain("AAAA"));
        Assert.That(text, Does.Not.Contain("SIG-NOT.SF/pom.xml\r\n\r\n"));
    }

    [Test]
    public async Task Sign_WhereTheManifestComesLate_MovesItToTheFront(CancellationToken cancellationToken)
    {
        var entries = JarBench.Sample();
        var signed = await JarBench.SignAsync(
            ZipSamples.Build([.. entries[4..], .. entries[..4]]), _signer, null, JarBench.Choices(), cancellationToken);
        Assert.That(
            ZipSamples.Contents(signed).Keys.Take(3), Is.EqualTo(new[] { "META-INF/MANIFEST.MF", "META-INF/FORMATS_.SF", "META-INF/FORMATS_.RSA" }));
        var judged = await _bench.JudgeAsync(signed, cancellationToken);
        Assert.That(Jarsigner.Accepts(judged), Is.True, judged.All);
        FormatEvidence.Accepted(Format, Judge);
    }

    [Test]
    public async Task Judges_AfterOneByteChanged_Refuse(
        [Values("a/Main.class", "META-INF/versions/9/a/Main.class", "META-INF/services/a.Service", "META-INF/MANIFEST.MF", "META-INF/FORMATS_.SF", "META-INF/FORMATS_.RSA")] string name,
        CancellationToken cancellationToken)
    {
        var signed = await JarBench.SignAsync(
            ZipSamples.Build(JarBench.Sample()), _signer, _bench.Timestamper, JarBench.Choices(), cancellationToken);
        var contents = ZipSamples.Contents(signed);

        // In the manifest, the main attributes; in the block, the signature value.
        var at = name.EndsWith(".MF", StringComparison.Ordinal) ? 30 : name.EndsWith(".RSA", StringComparison.Ordinal) ? IndexOfSignature(contents[name]) : 2;
        contents[name][at] ^= 1;
        var changed = ZipSamples.Build([.. contents.Select(pair => (pair.Key, pair.Value))]);
        Assert.That((await _bench.VerifyAsync(changed, cancellationToken)).Holds, Is.False);
        var judged = await _bench.JudgeAsync(changed, cancellationToken);
        Assert.That(Jarsigner.Accepts(judged), Is.False, judged.All);
        FormatEvidence.RefusedAfterChange(Format, Judge);
    }

    [Test]
    public async Task Verify_WhereAnEntryWasAddedOrRemoved_DoesNotHold(CancellationToken cancellationToken)
    {
        var signed = await JarBench.SignAsync(
            ZipSamples.Build(JarBench.Sample()), _signer, null, JarBench.Choices(), cancellationToken);
        (string Name, byte[] Content)[] entries = [.. ZipSamples.Contents(signed).Select(pair => (pair.Key, pair.Value))];
        var added = await _bench.VerifyAsync(ZipSamples.Build([.. entries, ("b.class", [1])]), cancellationToken);
        Assert.That(added.Signatures[0].Problems, Has.Some.Contains("'b.class' is not in the manifest"));
        var removed = await _bench.VerifyAsync(
            ZipSamples.Build([.. entries.Where(entry => entry.Name != "a/Main.class")]), cancellationToken);
        Assert.That(removed.Signatures[0].Problems, Has.Some.Contains("'a/Main.class' is removed"));
        var judged = await _bench.JudgeAsync(ZipSamples.Build([.. entries, ("b.class", [1])]), cancellationToken);
        Assert.That(Jarsigner.Accepts(judged), Is.False, judged.All);
    }

    [Test]
    public async Task Sign_Again_RefusesReplacesOrAppends(CancellationToken cancellationToken)
    {
        using var second = InMemorySigner.Create(_bench.Authority, "p256");
        var once = await JarBench.SignAsync(
            ZipSamples.Build(JarBench.Sample()), _signer, _bench.Timestamper, JarBench.Choices(), cancellationToken);
        Assert.That(
            async () => await JarBench.SignAsync(once, second, null, JarBench.Choices(), cancellationToken),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.AlreadySigned));

        var replaced = await JarBench.SignAsync(
            once, second, _bench.Timestamper, JarBench.Choices(ExistingSignatureRule.Replace, HashAlgorithmName.SHA512), cancellationToken);
        Assert.That(ZipSamples.Contents(replaced).Keys, Has.None.EndsWith(".RSA"));
        Assert.That((await _bench.VerifyAsync(replaced, cancellationToken)).Signatures, Has.Count.EqualTo(1));
        await AssertAcceptedAsync(replaced, cancellationToken);

        var both = await JarBench.SignAsync(
            once, second, _bench.Timestamper, JarBench.Choices(ExistingSignatureRule.Append, HashAlgorithmName.SHA384), cancellationToken);
        var report = await _bench.VerifyAsync(both, cancellationToken);
        Assert.That(report.Signatures.Select(signature => signature.Signer), Is.EqualTo(new[] { _signer.CertificateChain[0], second.CertificateChain[0] }));
        Assert.That(ZipSamples.Contents(both)["META-INF/MANIFEST.MF"], Is.EqualTo(ZipSamples.Contents(once)["META-INF/MANIFEST.MF"]));
        await AssertAcceptedAsync(both, cancellationToken);

        var third = await JarBench.SignAsync(both, _signer, _bench.Timestamper, JarBench.Choices(ExistingSignatureRule.Append), cancellationToken);
        Assert.That((await _bench.VerifyAsync(third, cancellationToken)).Signatures, Has.Count.EqualTo(3));
        await AssertAcceptedAsync(third, cancellationToken);
    }

    [Test]
    public async Task Replace_OfItsOwnSignature_SignsTheSame([Values("SHA256", "SHA512")] string hash, CancellationToken cancellationToken)
    {
        var jar = ZipSamples.Build(JarBench.Sample("Manifest-Version: 1.0\n\nName: a/Main.class\nX: 1"));
        var choices = JarBench.Choices(ExistingSignatureRule.Replace, new HashAlgorithmName(hash));
        var first = await JarBench.SignAsync(jar, _signer, null, choices, cancellationToken);
        var again = await JarBench.SignAsync(first, _signer, null, choices, cancellationToken);
        Assert.That(again, Is.EqualTo(first));
        var other = await JarBench.SignAsync(first, _signer, null, JarBench.Choices(ExistingSignatureRule.Replace, HashAlgorithmName.SHA384), cancellationToken);
        var back = await JarBench.SignAsync(other, _signer, null, choices, cancellationToken);
        Assert.That(ZipSamples.Contents(back), Is.EquivalentTo(ZipSamples.Contents(first)));
    }

    [Test]
    public async Task Jarsigner_AndSignet_SignTheSameJar(CancellationToken cancellationToken)
    {
        using var second = InMemorySigner.Create(_bench.Authority, "p384");
        var theirs = await _bench.SignWithJarsignerAsync(
            ZipSamples.Build(JarBench.Sample()), second, "theirs", cancellationToken, "-tsa", _bench.TimestampAddress.ToString());
        var report = await _bench.VerifyAsync(theirs, cancellationToken);
        Assert.That(report.Signatures.SelectMany(signature => signature.Problems), Is.Empty);
        Assert.That(report.Signatures[0].Timestamp, Is.Not.Null);

        var both = await JarBench.SignAsync(theirs, _signer, _bench.Timestamper, JarBench.Choices(ExistingSignatureRule.Append), cancellationToken);
        Assert.That((await _bench.VerifyAsync(both, cancellationToken)).Signatures.SelectMany(signature => signature.Problems), Is.Empty);
        await AssertAcceptedAsync(both, cancellationToken);

        var ours = await JarBench.SignAsync(ZipSamples.Build(JarBench.Sample()), _signer, null, JarBench.Choices(), cancellationToken);
        var added = await _bench.SignWithJarsignerAsync(ours, second, "theirs", cancellationToken);
        Assert.That((await _bench.VerifyAsync(added, cancellationToken)).Signatures, Has.Count.EqualTo(2));
        Assert.That((await _bench.VerifyAsync(added, cancellationToken)).Signatures.SelectMany(signature => signature.Problems), Is.Empty);
    }

    [Test]
    public async Task Append_WhereItWouldBreakTheOldSignature_IsRefused(CancellationToken cancellationToken)
    {
        var old = await _bench.SignWithJarsignerAsync(
            ZipSamples.Build(JarBench.Sample()), _signer, "old", cancellationToken, "-digestalg", "SHA-1");
        Assert.That(
            async () => await JarBench.SignAsync(old, _signer, null, JarBench.Choices(ExistingSignatureRule.Append), cancellationToken),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.InvalidChoice));
        Assert.That((await _bench.VerifyAsync(old, cancellationToken)).Holds, Is.False, "SHA-1 was accepted.");
        var replaced = await JarBench.SignAsync(old, _signer, null, JarBench.Choices(ExistingSignatureRule.Replace), cancellationToken);
        Assert.That(Encoding.UTF8.GetString(ZipSamples.Contents(replaced)["META-INF/MANIFEST.MF"]), Does.Not.Contain("SHA-1-Digest"));
        Assert.That((await _bench.VerifyAsync(replaced, cancellationToken)).Holds, Is.True);
    }

    private async Task AssertAcceptedAsync(byte[] jar, CancellationToken cancellationToken)
    {
        var judged = await _bench.JudgeAsync(jar, cancellationToken);
        Assert.That(Jarsigner.AcceptsStamped(judged), Is.True, judged.All);
        FormatEvidence.Accepted(Format, Judge);
    }

    private static int IndexOfSignature(byte[] block)
    {
        // The signature value is the largest OCTET STRING of 256 bytes: tag 04, length 82 01 00.
        var at = block.AsSpan().IndexOf(new byte[] { 0x04, 0x82, 0x01, 0x00 });
        Assert.That(at, Is.Positive);
        return at + 10;
    }

    // What a lenient judge does not look at: places, wrapping, untouched entries, attributes of the block.
    private static void AssertStructure(byte[] jar, byte[] signed, string extension)
    {
        var before = ZipSamples.Contents(jar);
        var after = ZipSamples.Contents(signed);
        Assert.That(after.Keys.Take(4), Is.EqualTo(new[] { "META-INF/", "META-INF/MANIFEST.MF", "META-INF/FORMATS_.SF", "META-INF/FORMATS_" + extension }));
        Assert.That(after.Where(pair => before.ContainsKey(pair.Key) && pair.Key != "META-INF/MANIFEST.MF"), Is.EquivalentTo(before.Where(pair => pair.Key != "META-INF/MANIFEST.MF")));
        foreach (var name in new[] { "META-INF/MANIFEST.MF", "META-INF/FORMATS_.SF" })
        {
            var lines = Encoding.Latin1.GetString(after[name]).Split("\r\n");
            Assert.That(lines.Select(line => line.Length), Is.All.LessThanOrEqualTo(72));
            Assert.That(lines[^1], Is.Empty);
        }

        var contentInfo = new AsnReader(after["META-INF/FORMATS_" + extension], AsnEncodingRules.DER).ReadSequence();
        Assert.That(contentInfo.ReadObjectIdentifier(), Is.EqualTo("1.2.840.113549.1.7.2"));
        var signedData = contentInfo.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadSequence();
        Assert.That((int)signedData.ReadInteger(), Is.EqualTo(1));
        signedData.ReadSetOf();
        var encapsulated = signedData.ReadSequence();
        Assert.That(encapsulated.ReadObjectIdentifier(), Is.EqualTo("1.2.840.113549.1.7.1"));
        Assert.That(encapsulated.HasData, Is.False, "The block carries its content.");
    }
}
