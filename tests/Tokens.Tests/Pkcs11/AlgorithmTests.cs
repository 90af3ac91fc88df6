using System.Security.Cryptography;
using System.Text;
using Signet.Protocol.V1;
using Signet.Testing.SoftHsm;
using Signet.Testing.Tools;
using Signet.Tokens.Tests.Tools;

namespace Signet.Tokens.Tests.Pkcs11;

/// <summary>Every algorithm, from the supervisor through a host process to SoftHSM, checked by .NET and by openssl.</summary>
[TestFixture]
internal sealed class AlgorithmTests
{
    private static readonly byte[] Content = Encoding.UTF8.GetBytes("what is signed");

    private static readonly SignatureMechanism[] RsaMechanisms =
    [
        SignatureMechanism.RsaPkcs1Sha256, SignatureMechanism.RsaPkcs1Sha384, SignatureMechanism.RsaPkcs1Sha512,
        SignatureMechanism.RsaPssSha256, SignatureMechanism.RsaPssSha384, SignatureMechanism.RsaPssSha512,
    ];

    private static readonly SignatureMechanism[] EllipticMechanisms =
        [SignatureMechanism.EcdsaSha256, SignatureMechanism.EcdsaSha384, SignatureMechanism.EcdsaSha512];

    [TestCase("rsa:3072", 3072, 384)]
    [TestCase("rsa:4096", 4096, 512)]
    [TestCase("EC:prime256v1", 256, 64)]
    [TestCase("EC:secp384r1", 384, 96)]
    [TestCase("EC:secp521r1", 521, 132)]
    [CancelAfter(120_000)]
    public async Task SignAsync_WithEveryMechanismOfTheKey_MakesSignaturesThatVerify(
        string type, int bits, int signatureBytes, CancellationToken cancellationToken)
    {
        var directory = new TemporaryDirectory();
        var token = await SoftHsmToken.CreateAsync(directory.Path, "Release", cancellationToken);
        await token.GenerateKeyAsync("codesign", type, cancellationToken);
        var publicKey = await token.ReadPublicKeyAsync("codesign", cancellationToken);
        await using var running = await TokenUnderTest.StartAsync(
            directory, TokenUnderTest.OptionsFor(directory, token, "codesign"), token, cancellationToken);
        await running.MakeReadyAsync(token.UserPin, cancellationToken);

        foreach (var mechanism in type.StartsWith("rsa", StringComparison.Ordinal) ? RsaMechanisms : EllipticMechanisms)
        {
            var signature = await running.Supervisor.SignAsync(
                "codesign", Signatures.Digest(mechanism, Content), mechanism, "r1", cancellationToken);

            Assert.That(signature, Has.Length.EqualTo(signatureBytes), mechanism.ToString());
            Assert.That(Signatures.Verify(publicKey, mechanism, Content, signature), Is.True, mechanism.ToString());
            await AssertOpenSslAcceptsAsync(directory, publicKey, mechanism, signature, cancellationToken);
        }

        var key = running.Supervisor.Keys.Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(key.PublicKey.ToByteArray(), Is.EqualTo(publicKey));
            Assert.That(key.SizeBits, Is.EqualTo(bits));
        }
    }

    private static async Task AssertOpenSslAcceptsAsync(
        TemporaryDirectory directory, byte[] publicKey, SignatureMechanism mechanism, byte[] signature,
        CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(
            directory.File("key.pem"), PemEncoding.WriteString("PUBLIC KEY", publicKey), cancellationToken);
        await File.WriteAllBytesAsync(directory.File("content"), Content, cancellationToken);
        var name = mechanism.ToString();
        await File.WriteAllBytesAsync(
            directory.File("signature"),
            name.StartsWith("Ecdsa", StringComparison.Ordinal) ? DerOf(signature) : signature,
            cancellationToken);
        string[] pss = name.StartsWith("RsaPss", StringComparison.Ordinal)
            ? ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"]
            : [];
        var result = await ExternalProgram.RunSuccessfullyAsync(
            "openssl",
            [
                "dgst", "-sha" + name[^3..], .. pss, "-verify", directory.File("key.pem"),
                "-signature", directory.File("signature"), directory.File("content"),
            ],
            cancellationToken);
        Assert.That(result.Output, Does.Contain("Verified OK"), name);
    }

    private static byte[] DerOf(byte[] fixedLength)
    {
        var half = fixedLength.Length / 2;
        var writer = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(new System.Numerics.BigInteger(fixedLength.AsSpan(0, half), isUnsigned: true, isBigEndian: true));
            writer.WriteInteger(new System.Numerics.BigInteger(fixedLength.AsSpan(half), isUnsigned: true, isBigEndian: true));
        }

        return writer.Encode();
    }
}
