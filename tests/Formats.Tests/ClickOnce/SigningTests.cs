using System.Security.Cryptography;
using System.Text;
using Signet.Formats.ClickOnce;
using Signet.Formats.Tests.Signers;
using Signet.Testing.Judges;

namespace Signet.Formats.Tests.ClickOnce;

/// <summary>Manifests that xmllint with openssl, and our own verifier accept.</summary>
[CancelAfter(120_000)]
public sealed class SigningTests
{
    private static readonly ClickOnceFormat Format = new();

    private FormatBench _bench = null!;
    private InMemorySigner _signer = null!;

    private static SigningChoices Choices => FormatBench.Choices(ExistingSignatureRule.Replace);

    [OneTimeSetUp]
    public async Task SetUp()
    {
        _bench = await FormatBench.StartAsync();
        _signer = InMemorySigner.Create(_bench.Authority, "rsa3072");
    }

    [OneTimeTearDown]
    public async Task TearDown()
    {
        _signer.Dispose();
        await _bench.DisposeAsync();
    }

    [Test]
    public async Task Sign_OfAnyManifest_IsAcceptedByBothJudges(
        [Values(Manifests.Deployment, Manifests.Application)] string text,
        [Values("utf-8", "utf-8-marked", "utf-16")] string encoding,
        [Values("\r\n", "\n")] string endOfLine,
        [Values] bool stamped,
        CancellationToken cancellationToken)
    {
        var manifest = Manifests.Build(text, encoding, endOfLine);
        var signed = await SignAsync(manifest, _signer, stamped, cancellationToken);
        var signature = await AssertAcceptedAsync(signed, cancellationToken);
        Assert.Multiple(() =>
        {
            Assert.That(signature.Signer, Is.EqualTo(_signer.CertificateChain[0]));
            Assert.That(signature.Chain, Is.EqualTo(new[] { _bench.Authority.Certificate }));
            Assert.That(signature.Description, Is.EqualTo("Grüße"));
            Assert.That(signature.DescriptionUrl, Is.EqualTo("https://example.com/a?b=c"));
            Assert.That(signature.Timestamp is not null, Is.EqualTo(stamped));
        });
    }

    [TestCase("rsa2048")]
    [TestCase("rsa4096")]
    public async Task Sign_WithAnyRsaKey_IsAccepted(string key, CancellationToken cancellationToken)
    {
        using var signer = InMemorySigner.Create(_bench.Authority, key);
        await AssertAcceptedAsync(
            await SignAsync(Manifests.Build(Manifests.Deployment), signer, stamped: false, cancellationToken), cancellationToken);
    }

    [Test]
    public async Task Sign_OfADeployment_ChangesNothingButTokenPublisherAndSignature(CancellationToken cancellationToken)
    {
        var manifest = Manifests.Build(Manifests.Deployment);
        var edits = await FormatBench.EditsAsync(Format, manifest, _signer, null, Choices, cancellationToken);
        Assert.That(edits, Has.Count.EqualTo(2));
        Assert.That(edits[0].RemovedBytes, Is.EqualTo(16));
        Assert.That(edits[0].Inserted.Length, Is.EqualTo(16));
        Assert.That(edits[1].RemovedBytes, Is.Zero);
        Assert.That(Encoding.UTF8.GetString(edits[1].Inserted.Span), Does.StartWith("<publisherIdentity name=\"CN=Formats test, O=Signet tests\" issuerKeyHash=\""));
        Assert.That(Encoding.UTF8.GetString(manifest.AsSpan((int)edits[1].Offset)), Does.StartWith("</asmv1:assembly>"));
    }

    // The strong name's own definition: .NET computes it for assemblies.
    [Test]
    public async Task Sign_Always_WritesTheTokenThatDotNetComputes(CancellationToken cancellationToken)
    {
        var signed = await SignAsync(Manifests.Build(Manifests.Application), _signer, stamped: false, cancellationToken);
        using var key = System.Security.Cryptography.X509Certificates.RSACertificateExtensions.GetRSAPublicKey(_signer.CertificateChain[0])!;
        var name = new System.Reflection.AssemblyName();
        var parameters = key.ExportParameters(false);
        byte[] blob =
        [
            0, 0x24, 0, 0, 4, 0x80, 0, 0, .. BitConverter.GetBytes(20 + parameters.Modulus!.Length), 6, 2, 0, 0, 0, 0x24, 0, 0,
            .. "RSA1"u8, .. BitConverter.GetBytes(parameters.Modulus.Length * 8), 1, 0, 1, 0, .. parameters.Modulus.Reverse(),
        ];
        name.SetPublicKey(blob);
        Assert.That(Encoding.UTF8.GetString(signed), Does.Contain(
            $"publicKeyToken=\"{Convert.ToHexStringLower(name.GetPublicKeyToken()!)}\""));
    }

    [Test]
    public async Task Sign_OfASignedManifest_FollowsTheRule(
        [Values(Manifests.Deployment, Manifests.Application)] string text, CancellationToken cancellationToken)
    {
        using var other = InMemorySigner.Create(_bench.Authority, "rsa2048");
        var first = await SignAsync(Manifests.Build(text), other, stamped: true, cancellationToken);
        foreach (var (rule, failure) in new[]
        {
            (ExistingSignatureRule.Refuse, FormatFailure.AlreadySigned), (ExistingSignatureRule.Append, FormatFailure.InvalidChoice),
        })
        {
            Assert.That(
                async () => await FormatBench.SignAsync(Format, first, _signer, null, FormatBench.Choices(rule), cancellationToken),
                Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(failure));
        }

        var replaced = await SignAsync(first, _signer, stamped: false, cancellationToken);
        var direct = await SignAsync(Manifests.Build(text), _signer, stamped: false, cancellationToken);
        Assert.That(replaced, Is.EqualTo(direct), "The signature depends on one that was there.");
        await AssertAcceptedAsync(replaced, cancellationToken);
    }

    [Test]
    public async Task Sign_ThenChangeAByte_IsRefusedByBothJudges(CancellationToken cancellationToken)
    {
        var signed = await SignAsync(Manifests.Build(Manifests.Deployment), _signer, stamped: true, cancellationToken);
        foreach (var part in new[] { "version=\"1.0.0.0\"", "size=\"1234\"", ">AAAA", "X509SubjectName>CN=Fo", "name=\"CN=Fo" })
        {
            var changed = (byte[])signed.Clone();
            changed[changed.AsSpan().IndexOf(Encoding.UTF8.GetBytes(part)) + part.Length - 2] ^= 1;
            Assert.That(await HoldsAsync(changed), Is.False, part);
            Assert.That((await ClickOnceReader.JudgeAsync(changed, _bench.SigningRoots, cancellationToken)).Holds, Is.False, part);
            FormatEvidence.RefusedAfterChange("clickonce", "second reader, xmllint, openssl");
        }
    }

    [TestCase("p256", false, "SHA256")]
    [TestCase("rsa2048", true, "SHA256")]
    [TestCase("rsa2048", false, "SHA384")]
    public void Sign_WithWhatTheFormatDoesNotKnow_IsRefused(string key, bool pss, string hash)
    {
        using var signer = InMemorySigner.Create(_bench.Authority, key, pss);
        Assert.That(
            async () => await FormatBench.SignAsync(
                Format, Manifests.Build(Manifests.Application), signer, null, Choices with { HashAlgorithm = new HashAlgorithmName(hash) }, CancellationToken.None),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.InvalidChoice));
        Assert.That(signer.Uses, Is.Zero);
    }

    [TestCase(Manifests.SideBySide, FormatFailure.Unsupported)]
    [TestCase("<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><assembly/>", FormatFailure.Unsupported)]
    [TestCase("<assembly xmlns=\"urn:schemas-microsoft-com:asm.v1\"/>", FormatFailure.Malformed)]
    [TestCase("<assembly></assembly>", FormatFailure.Malformed)]
    [TestCase("<assembly xmlns=\"urn:schemas-microsoft-com:asm.v1\"><a></assembly>", FormatFailure.Malformed)]
    [TestCase("<!DOCTYPE a [<!ENTITY b \"c\">]><assembly xmlns=\"urn:schemas-microsoft-com:asm.v1\">&b;</assembly>", FormatFailure.Malformed)]
    [TestCase("<assembly xmlns=\"urn:schemas-microsoft-com:asm.v1\"><deployment xmlns=\"urn:schemas-microsoft-com:asm.v2\"/></assembly>", FormatFailure.Malformed)]
    [TestCase("", FormatFailure.Malformed)]
    public void Prepare_OfABrokenManifest_SaysWhatItIs(string text, FormatFailure failure) => Assert.That(
        async () => await Format.PrepareAsync(new MemoryStream(Manifests.Build(text)), Choices, CancellationToken.None),
        Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(failure));

    [Test]
    public void Parsers_OfElementsNestedVeryDeep_Refuse()
    {
        var deep = Manifests.Build($"<assembly xmlns=\"urn:schemas-microsoft-com:asm.v1\">{string.Concat(Enumerable.Repeat("<a>", 1_000_000))}");
        Assert.That(
            async () => await Format.PrepareAsync(new MemoryStream(deep), Choices, CancellationToken.None),
            Throws.TypeOf<SignatureFormatException>());
        Assert.That(async () => await _bench.VerifyAsync(Format, deep, CancellationToken.None), Throws.TypeOf<SignatureFormatException>());
    }

    [Test]
    public async Task Parsers_OfEveryTruncationAndRandomChanges_ThrowNothingElse(CancellationToken cancellationToken)
    {
        var signed = await SignAsync(Manifests.Build(Manifests.Application), _signer, stamped: false, cancellationToken);
        var random = new Random(20261125);
        for (var round = 0; round < 1500; round++)
        {
            var changed = round % 3 == 0 ? signed[..random.Next(signed.Length)] : (byte[])signed.Clone();
            for (var change = random.Next(1, 5); change > 0 && changed.Length > 0; change--)
            {
                changed[random.Next(changed.Length)] = random.Next(2) == 0 ? (byte)random.Next(256) : "<>\"/&= \n"u8[random.Next(8)];
            }

            try
            {
                await Format.PrepareAsync(new MemoryStream(changed), Choices, cancellationToken);
            }
            catch (SignatureFormatException)
            {
                // As it has to be.
            }

            await HoldsAsync(changed);
        }
    }

    // An attack on XML signatures: what is signed stays in the file, and something else takes its place.
    [Test]
    public async Task Verify_OfAWrappedSignature_DoesNotHold(CancellationToken cancellationToken)
    {
        var signed = Encoding.UTF8.GetString(await SignAsync(Manifests.Build(Manifests.Application), _signer, stamped: false, cancellationToken));
        var signature = signed[signed.IndexOf("<Signature Id=\"StrongName", StringComparison.Ordinal)..signed.LastIndexOf("</assembly>", StringComparison.Ordinal)];
        var other = signed.Replace("parameters=\"\"", "parameters=\"/evil\"", StringComparison.Ordinal);
        Assert.That(await HoldsAsync(Encoding.UTF8.GetBytes(other)), Is.False);
        var twice = signed.Replace(signature, signature + signature, StringComparison.Ordinal);
        Assert.That(await HoldsAsync(Encoding.UTF8.GetBytes(twice)), Is.False);
        var moved = signed.Replace(signature, $"<x>{signature}</x>", StringComparison.Ordinal);
        Assert.That(await HoldsAsync(Encoding.UTF8.GetBytes(moved)), Is.False);
    }

    private Task<byte[]> SignAsync(byte[] manifest, InMemorySigner signer, bool stamped, CancellationToken cancellationToken) =>
        FormatBench.SignAsync(Format, manifest, signer, stamped ? _bench.Timestamper : null, Choices, cancellationToken);

    private async Task<bool> HoldsAsync(byte[] manifest)
    {
        try
        {
            return (await _bench.VerifyAsync(Format, manifest, CancellationToken.None)).Holds;
        }
        catch (SignatureFormatException)
        {
            return false;
        }
    }

    private async Task<SignatureReport> AssertAcceptedAsync(byte[] signed, CancellationToken cancellationToken)
    {
        var signature = (await _bench.VerifyAsync(Format, signed, cancellationToken)).Signatures.Single();
        Assert.That(signature.Problems, Is.Empty);
        var (holds, why) = await ClickOnceReader.JudgeAsync(signed, _bench.SigningRoots, cancellationToken);
        Assert.That(holds, Is.True, why);
        FormatEvidence.Accepted("clickonce", "second reader, xmllint, openssl");
        return signature;
    }
}
