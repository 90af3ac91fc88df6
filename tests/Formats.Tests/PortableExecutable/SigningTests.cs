using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using Signet.Formats.Tests.Signers;
using Signet.Testing.Agent;
using Signet.Testing.Judges;

namespace Signet.Formats.Tests.PortableExecutable;

/// <summary>Signatures that osslsigncode and our own verifier accept, and whose layout is what Windows wants.</summary>
[CancelAfter(120_000)]
public sealed class SigningTests
{
    private Bench _bench = null!;

    [OneTimeSetUp]
    public async Task SetUp() => _bench = await Bench.CreateAsync();

    [OneTimeTearDown]
    public async Task TearDown() => await _bench.DisposeAsync();

    [Test]
    public async Task Sign_WithAnyKeyAndHash_IsAcceptedByBothJudges(
        [Values("rsa2048", "rsa3072", "rsa4096", "p256", "p384", "p521")] string key,
        [Values("SHA256", "SHA384", "SHA512")] string hash,
        [Values] bool is64Bit,
        [Values] bool stamped,
        CancellationToken cancellationToken)
    {
        using var signer = InMemorySigner.Create(_bench.Authority, key);
        var image = new ImageBuilder { Is64Bit = is64Bit, Overlay = 3 }.Build();
        var signed = await Bench.SignAsync(
            image, signer, stamped ? _bench.Timestamper : null, Bench.Choices(hash: new HashAlgorithmName(hash)), cancellationToken);

        var judged = await _bench.JudgeAsync(signed, cancellationToken);
        Assert.That(stamped ? Osslsigncode.AcceptsStamped(judged) : Osslsigncode.Accepts(judged), Is.True, judged.All);
        var report = await _bench.VerifyAsync(signed, cancellationToken);
        var signature = report.Signatures.Single();
        Assert.Multiple(() =>
        {
            Assert.That(signature.Problems, Is.Empty);
            Assert.That(signature.DigestAlgorithm.Replace("-", string.Empty, StringComparison.Ordinal), Is.EqualTo(hash));
            Assert.That(signature.Description, Is.EqualTo("Grüße"));
            Assert.That(signature.DescriptionUrl, Is.EqualTo("https://example.com/a?b=c"));
            Assert.That(signature.Timestamp is not null, Is.EqualTo(stamped));
            Assert.That(signature.Signer, Is.EqualTo(signer.CertificateChain[0]));
            Assert.That(signer.Uses, Is.EqualTo(1));
        });
        AssertLayout(signed, image.Length, is64Bit);
        AssertStructure(signed, is64Bit, new HashAlgorithmName(hash));
    }

    [Test]
    public async Task Sign_OfAnyOverlay_PadsToEightBytes([Range(0, 8)] int overlay, CancellationToken cancellationToken)
    {
        using var signer = InMemorySigner.Create(_bench.Authority, "p256");
        var image = new ImageBuilder { Overlay = overlay }.Build();
        var signed = await Bench.SignAsync(image, signer, null, Bench.Choices(), cancellationToken);
        var judged = await _bench.JudgeAsync(signed, cancellationToken);
        Assert.That(Osslsigncode.Accepts(judged), Is.True, judged.All);
        AssertLayout(signed, image.Length, is64Bit: false);
    }

    [Test]
    public async Task Sign_OfRealPrograms_IsAccepted(CancellationToken cancellationToken)
    {
        using var signer = InMemorySigner.Create(_bench.Authority, "rsa3072");
        foreach (var program in new[] { SampleProgram.Executable, SampleProgram.Library, typeof(object).Assembly.Location, typeof(Assert).Assembly.Location })
        {
            var image = await File.ReadAllBytesAsync(program, cancellationToken);
            var signed = await Bench.SignAsync(
                image, signer, null, Bench.Choices(ExistingSignatureRule.Replace), cancellationToken);
            var judged = await _bench.JudgeAsync(signed, cancellationToken);
            Assert.That(Osslsigncode.Accepts(judged), Is.True, program + judged.All);
            Assert.That((await _bench.VerifyAsync(signed, cancellationToken)).Holds, Is.True, program);
        }
    }

    [Test]
    public async Task Sign_OfASignedFile_IsRefusedWhenAskedFor(CancellationToken cancellationToken)
    {
        using var signer = InMemorySigner.Create(_bench.Authority, "p256");
        var signed = await Bench.SignAsync(new ImageBuilder().Build(), signer, null, Bench.Choices(), cancellationToken);
        Assert.That(
            async () => await Bench.SignAsync(signed, signer, null, Bench.Choices(), cancellationToken),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.AlreadySigned));
        Assert.That(signer.Uses, Is.EqualTo(1));
    }

    [Test]
    public async Task Sign_WithReplace_LeavesOneSignatureAndTheSameContent(CancellationToken cancellationToken)
    {
        using var old = InMemorySigner.Create(_bench.Authority, "rsa4096");
        using var signer = InMemorySigner.Create(_bench.Authority, "p256");
        var image = new ImageBuilder { Overlay = 5 }.Build();
        var first = await Bench.SignAsync(image, old, _bench.Timestamper, Bench.Choices(), cancellationToken);
        var second = await Bench.SignAsync(first, signer, null, Bench.Choices(ExistingSignatureRule.Replace), cancellationToken);

        var report = await _bench.VerifyAsync(second, cancellationToken);
        var before = await _bench.VerifyAsync(first, cancellationToken);
        Assert.That(report.Holds, Is.True);
        Assert.That(report.Signatures.Single().Signer, Is.EqualTo(signer.CertificateChain[0]));
        Assert.That(
            report.Signatures[0].ContentDigest.ToArray(), Is.EqualTo(before.Signatures[0].ContentDigest.ToArray()),
            "The digest depends on a signature that was there.");
        Assert.That(Osslsigncode.Accepts(await _bench.JudgeAsync(second, cancellationToken)), Is.True);
    }

    [Test]
    public async Task Sign_WithAppend_KeepsEverySignature(CancellationToken cancellationToken)
    {
        using var first = InMemorySigner.Create(_bench.Authority, "rsa3072");
        using var second = InMemorySigner.Create(_bench.Authority, "p256");
        using var third = InMemorySigner.Create(_bench.Authority, "p384");
        var append = Bench.Choices(ExistingSignatureRule.Append);
        var image = await Bench.SignAsync(new ImageBuilder().Build(), first, _bench.Timestamper, append, cancellationToken);
        image = await Bench.SignAsync(image, second, _bench.Timestamper, append, cancellationToken);
        image = await Bench.SignAsync(
            image, third, null, Bench.Choices(ExistingSignatureRule.Append, HashAlgorithmName.SHA384), cancellationToken);

        var report = await _bench.VerifyAsync(image, cancellationToken);
        Assert.That(report.Signatures.Select(signature => signature.Signer), Is.EqualTo(new[]
        {
            first.CertificateChain[0], second.CertificateChain[0], third.CertificateChain[0],
        }));
        Assert.That(report.Holds, Is.True, string.Join('\n', report.Signatures.SelectMany(signature => signature.Problems)));
        var judged = await _bench.JudgeAsync(image, cancellationToken);
        Assert.That(Osslsigncode.Accepts(judged), Is.True, judged.All);
        Assert.That(judged.Output, Does.Contain("Number of verified signatures: 3"));
    }

    [Test]
    public void Sign_WithPss_IsRefused()
    {
        using var signer = InMemorySigner.Create(_bench.Authority, "rsa2048", pss: true);
        Assert.That(
            async () => await Bench.SignAsync(new ImageBuilder().Build(), signer, null, Bench.Choices(), CancellationToken.None),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.InvalidChoice));
        Assert.That(signer.Uses, Is.Zero);
    }

    [Test]
    public async Task Digest_OfOsslsigncodesSignature_IsOurs(CancellationToken cancellationToken)
    {
        using var signer = InMemorySigner.Create(_bench.Authority, "rsa2048");
        var theirs = await SignWithOsslsigncodeAsync(new ImageBuilder { Overlay = 4 }.Build(), signer, cancellationToken);
        var ours = await Bench.SignAsync(theirs, signer, null, Bench.Choices(ExistingSignatureRule.Replace), cancellationToken);
        Assert.That(
            (await _bench.VerifyAsync(ours, cancellationToken)).Signatures[0].ContentDigest.ToArray(),
            Is.EqualTo((await _bench.VerifyAsync(theirs, cancellationToken)).Signatures[0].ContentDigest.ToArray()));
    }

    [TestCase("rsa2048", "sha256")]
    [TestCase("rsa2048", "sha384")]
    [TestCase("p256", "sha256")]
    [TestCase("p384", "sha512")]
    public async Task Verify_OfASignatureByOsslsigncode_Holds(string key, string hash, CancellationToken cancellationToken)
    {
        using var signer = InMemorySigner.Create(_bench.Authority, key);
        var signed = await SignWithOsslsigncodeAsync(
            new ImageBuilder { Is64Bit = true }.Build(), signer, cancellationToken,
            "-h", hash, "-n", "Hello", "-i", "https://example.com/", "-ts", _bench.TimestampAddress.AbsoluteUri);
        var report = await _bench.VerifyAsync(signed, cancellationToken);
        Assert.That(report.Signatures.Single().Problems, Is.Empty);
        Assert.That(report.Signatures[0].Description, Is.EqualTo("Hello"));
        Assert.That(report.Signatures[0].Timestamp, Is.Not.Null);
    }

    [Test]
    public async Task Append_ToASignatureByOsslsigncode_KeepsIt(CancellationToken cancellationToken)
    {
        using var signer = InMemorySigner.Create(_bench.Authority, "rsa2048");
        var theirs = await SignWithOsslsigncodeAsync(new ImageBuilder().Build(), signer, cancellationToken);
        var both = await Bench.SignAsync(theirs, signer, null, Bench.Choices(ExistingSignatureRule.Append), cancellationToken);
        var report = await _bench.VerifyAsync(both, cancellationToken);
        Assert.That(report.Signatures, Has.Count.EqualTo(2));
        Assert.That(report.Holds, Is.True);
        Assert.That(Osslsigncode.Accepts(await _bench.JudgeAsync(both, cancellationToken)), Is.True);
    }

    private async Task<byte[]> SignWithOsslsigncodeAsync(
        byte[] image, InMemorySigner signer, CancellationToken cancellationToken, params string[] more)
    {
        var name = Guid.NewGuid().ToString("N");
        var (input, output) = (_bench.Directory.File(name + ".exe"), _bench.Directory.File(name + "-signed.exe"));
        var (certificates, key) = (_bench.Directory.File(name + ".pem"), _bench.Directory.File(name + ".key"));
        await File.WriteAllBytesAsync(input, image, cancellationToken);
        await File.WriteAllTextAsync(certificates, signer.ChainPem, cancellationToken);
        await File.WriteAllTextAsync(key, signer.KeyPem, cancellationToken);
        await Osslsigncode.SignAsync(input, output, certificates, key, cancellationToken, more);
        return await File.ReadAllBytesAsync(output, cancellationToken);
    }

    // What Windows wants and osslsigncode 2.9 lets pass otherwise: SignedData of version 1, the content as a SEQUENCE (RFC 2315)
    // and not in an OCTET STRING (RFC 5652), and messageDigest over its content octets.
    private static void AssertStructure(byte[] signed, bool is64Bit, HashAlgorithmName hash)
    {
        var offset = (int)BinaryPrimitives.ReadUInt32LittleEndian(signed.AsSpan(new ImageBuilder { Is64Bit = is64Bit }.EntryOffset));
        var explicitTag = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
        var contentInfo = new AsnReader(signed.AsMemory(offset + 8), AsnEncodingRules.DER).ReadSequence();
        Assert.That(contentInfo.ReadObjectIdentifier(), Is.EqualTo("1.2.840.113549.1.7.2"));
        var signedData = contentInfo.ReadSequence(explicitTag).ReadSequence();
        Assert.That(signedData.ReadInteger(), Is.EqualTo(BigInteger.One));
        signedData.ReadSetOf();
        var encapsulated = signedData.ReadSequence();
        Assert.That(encapsulated.ReadObjectIdentifier(), Is.EqualTo("1.3.6.1.4.1.311.2.1.4"));
        var content = encapsulated.ReadSequence(explicitTag);
        Assert.That(content.PeekTag(), Is.EqualTo(Asn1Tag.Sequence));
        var octets = content.PeekContentBytes();
        signedData.ReadSetOf(explicitTag);
        var signerInfo = signedData.ReadSetOf().ReadSequence();
        Assert.That(signerInfo.ReadInteger(), Is.EqualTo(BigInteger.One));
        signerInfo.ReadSequence();
        signerInfo.ReadSequence();
        var attributes = signerInfo.ReadSetOf(explicitTag);
        byte[]? messageDigest = null;
        while (attributes.HasData)
        {
            var attribute = attributes.ReadSequence();
            if (attribute.ReadObjectIdentifier() == "1.2.840.113549.1.9.4")
            {
                messageDigest = attribute.ReadSetOf().ReadOctetString();
            }
        }

        Assert.That(messageDigest, Is.EqualTo(CryptographicOperations.HashData(hash, octets.Span)));
    }

    // What a lenient judge does not look at: place, alignment and length of the table, and zeros as padding.
    private static void AssertLayout(byte[] signed, int originalLength, bool is64Bit)
    {
        var entry = new ImageBuilder { Is64Bit = is64Bit }.EntryOffset;
        var offset = BinaryPrimitives.ReadUInt32LittleEndian(signed.AsSpan(entry));
        var size = BinaryPrimitives.ReadUInt32LittleEndian(signed.AsSpan(entry + 4));
        Assert.Multiple(() =>
        {
            Assert.That(offset % 8, Is.Zero);
            Assert.That(size % 8, Is.Zero);
            Assert.That(offset + size, Is.EqualTo(signed.Length));
            Assert.That(offset - originalLength, Is.InRange(0, 7));
            Assert.That(signed[originalLength..(int)offset], Is.All.Zero);
            Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(signed.AsSpan((int)offset)), Is.EqualTo(size));
            Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(signed.AsSpan((int)offset + 4)), Is.EqualTo(0x00020200));
        });
    }
}
