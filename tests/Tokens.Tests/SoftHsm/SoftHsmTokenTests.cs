using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Signet.Testing.SoftHsm;
using Signet.Testing.Tools;

namespace Signet.Tokens.Tests.SoftHsm;

/// <summary>The token that other tests rely on is what they think it is, as pkcs11-tool shows it.</summary>
[TestFixture]
internal sealed class SoftHsmTokenTests
{
    private TemporaryDirectory _directory = null!;

    [SetUp]
    public void MakeDirectory() => _directory = new TemporaryDirectory();

    [TearDown]
    public void RemoveDirectory() => _directory.Dispose();

    [TestCase("EC:prime256v1", 256)]
    [TestCase("EC:secp384r1", 384)]
    [TestCase("EC:secp521r1", 521)]
    [CancelAfter(60_000)]
    public async Task ReadPublicKeyAsync_WhenTheKeyIsElliptic_GivesItsSpki(
        string type, int bits, CancellationToken cancellationToken)
    {
        var token = await SoftHsmToken.CreateAsync(_directory.Path, "one", cancellationToken);
        await token.GenerateKeyAsync("k", type, cancellationToken);

        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(await token.ReadPublicKeyAsync("k", cancellationToken), out _);

        Assert.That(key.KeySize, Is.EqualTo(bits));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task GenerateKeyAsync_WhenAsked_MakesKeysThatCanOrCannotLeave(CancellationToken cancellationToken)
    {
        var token = await SoftHsmToken.CreateAsync(_directory.Path, "one", cancellationToken);
        await token.GenerateKeyAsync("inside", "rsa:3072", cancellationToken);
        await token.GenerateKeyAsync("loose", "rsa:2048", cancellationToken, extractable: true);
        using var outside = RSA.Create(2048);
        await token.ImportKeyAsync("imported", outside, cancellationToken);

        using var inside = RSA.Create();
        inside.ImportSubjectPublicKeyInfo(await token.ReadPublicKeyAsync("inside", cancellationToken), out _);
        Assert.That(inside.KeySize, Is.EqualTo(3072));
        Assert.That(await AccessOfAsync(token, "inside", cancellationToken), Does.Contain("never extractable").And.Contain("local"));
        Assert.That(await AccessOfAsync(token, "loose", cancellationToken), Does.Contain("extract").And.Not.Contain("never extractable"));
        Assert.That(await AccessOfAsync(token, "imported", cancellationToken), Does.Not.Contain("local"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task CreateAsync_WhenTheStoreHoldsAToken_AddsAnother(CancellationToken cancellationToken)
    {
        var first = await SoftHsmToken.CreateAsync(_directory.Path, "same", cancellationToken);
        var second = await SoftHsmToken.CreateAsync(_directory.Path, "same", cancellationToken);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(second.Serial, Is.Not.EqualTo(first.Serial));
            Assert.That(second.Slot, Is.Not.EqualTo(first.Slot));
        }
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task ImportCertificateAsync_WhenDone_TheTokenListsIt(CancellationToken cancellationToken)
    {
        var token = await SoftHsmToken.CreateAsync(_directory.Path, "one", cancellationToken);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Imported", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now, now.AddDays(1));
        await token.ImportCertificateAsync("k", certificate, cancellationToken);

        var listed = await token.Pkcs11ToolAsync(["--list-objects", "--type", "cert"], cancellationToken);
        Assert.That(listed.Output, Does.Contain("CN=Imported"));
    }

    private static async Task<string> AccessOfAsync(SoftHsmToken token, string label, CancellationToken cancellationToken) =>
        (await token.DescribeAsync(label, "privkey", cancellationToken))["Access"];
}
