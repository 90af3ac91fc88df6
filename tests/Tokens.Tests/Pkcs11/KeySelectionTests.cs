using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;
using Signet.Testing.SoftHsm;
using Signet.Testing.Tools;
using Signet.Tokens.Host;
using Signet.Tokens.Tests.Tools;

namespace Signet.Tokens.Tests.Pkcs11;

/// <summary>Which key of a token is meant, whether it can sign, and that one which cannot keeps no other from it.</summary>
[CancelAfter(120_000)]
public sealed class KeySelectionTests
{
    private TemporaryDirectory _directory = null!;
    private SoftHsmToken _token = null!;

    [SetUp]
    public async Task MakeTokenAsync()
    {
        _directory = new TemporaryDirectory();
        _token = await SoftHsmToken.CreateAsync(_directory.File("hsm"), "Release", CancellationToken.None);
        await _token.GenerateKeyAsync("good", "EC:prime256v1", CancellationToken.None);
    }

    [TearDown]
    public void RemoveDirectory() => _directory.Dispose();

    [Test]
    public async Task Unlock_WhenOneKeyIsMissing_LeavesTheOthersUsable(CancellationToken cancellationToken)
    {
        await using var running = await ReadyAsync(cancellationToken, new KeySelector("good"), new KeySelector("mistyped"));

        Assert.That(Key(running, "mistyped").Problem, Does.Contain("no private key with the label 'mistyped'"));
        await SignsAsync(running, Key(running, "good"), cancellationToken);
        var refused = await Assert.ThrowsAsync<SigningException>(() => SignAsync(running, Key(running, "mistyped"), cancellationToken));
        Assert.That(refused!.Reason, Is.EqualTo(ErrorReason.KeyUnusable));
    }

    [Test]
    public async Task Update_WhileUnlocked_LooksForTheNewKeysAtOnce(CancellationToken cancellationToken)
    {
        await _token.GenerateKeyAsync("later", "EC:prime256v1", cancellationToken);
        await using var running = await ReadyAsync(cancellationToken, new KeySelector("good"));
        running.Supervisor.Update([Environment.UserName], [new KeySelector("later"), new KeySelector("mistyped")]);

        await Tools.Eventually.BecomesTrueAsync(
            () => running.Supervisor.Keys.Count == 2, "both keys are looked for", cancellationToken);
        Assert.That(Key(running, "mistyped").Problem, Does.Contain("'mistyped'"));
        await SignsAsync(running, Key(running, "later"), cancellationToken);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Unlock_WhenAKeyIsNamedById_FindsIt(bool withLabel, CancellationToken cancellationToken)
    {
        var selector = new KeySelector(withLabel ? "good" : null, SoftHsmToken.IdOf("good"));
        await using var running = await ReadyAsync(cancellationToken, selector);

        var key = running.Supervisor.Keys.Single();
        Assert.That(key.Problem, Is.Empty);
        Assert.That(key.Label, Is.EqualTo("good"));
        await SignsAsync(running, key, cancellationToken);
    }

    [Test]
    public async Task Unlock_WhenTwoPairsShareTheirLabel_TakesTheIdOrTheCertificatesKey(CancellationToken cancellationToken)
    {
        var (first, second) = await MakePairsAsync("twin", "rsa:2048", ["0a01", "0a02"], cancellationToken);
        var byCertificate = new KeySelector("twin") { ExpectedPublicKey = second };
        await using (var running = await ReadyAsync(cancellationToken, byCertificate, new KeySelector("twin", "0a01")))
        {
            Assert.That(running.Supervisor.Keys.Select(key => key.PublicKey.ToByteArray()), Is.EqualTo(new[] { second, first }));
            foreach (var key in running.Supervisor.Keys)
            {
                await SignsAsync(running, key, cancellationToken);
            }
        }

        await using var undecided = await ReadyAsync(cancellationToken, new KeySelector("twin"), new KeySelector("good"));
        Assert.That(Key(undecided, "twin").Problem, Does.Contain("2 private keys").And.Contain("0a01").And.Contain("0a02"));
        await SignsAsync(undecided, Key(undecided, "good"), cancellationToken);
    }

    [Test]
    public async Task Unlock_WhenTwoPairsShareTheirId_TakesThePublicKeyOfThePrivateObject(CancellationToken cancellationToken)
    {
        await MakeKeyAsync("one", "rsa:2048", "0b", cancellationToken);
        await MakeKeyAsync("two", "rsa:2048", "0b", cancellationToken);
        await MakeKeyAsync("three", "EC:prime256v1", "0b", cancellationToken);
        await MakeKeyAsync("four", "EC:prime256v1", "0b", cancellationToken);
        await using var running = await ReadyAsync(
            cancellationToken, [.. new[] { "one", "two", "three", "four" }.Select(label => new KeySelector(label, "0b"))]);

        foreach (var key in running.Supervisor.Keys)
        {
            await SignsAsync(running, key, cancellationToken);
        }
    }

    [Test]
    public async Task Unlock_WhenAnEllipticKeyHasNoPublicObject_ProvesTheCertificatesKey(CancellationToken cancellationToken)
    {
        var publicKey = await _token.ReadPublicKeyAsync("good", cancellationToken);
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await _token.Pkcs11ToolAsync(["--delete-object", "--type", "pubkey", "--id", SoftHsmToken.IdOf("good")], cancellationToken);
        await using (var running = await ReadyAsync(cancellationToken, new KeySelector("good") { ExpectedPublicKey = publicKey }))
        {
            Assert.That(Key(running, "good").PublicKey.ToByteArray(), Is.EqualTo(publicKey));
            await SignsAsync(running, Key(running, "good"), cancellationToken);
        }

        await using var unproved = await ReadyAsync(
            cancellationToken, new KeySelector("good") { ExpectedPublicKey = stranger.ExportSubjectPublicKeyInfo() });
        Assert.That(Key(unproved, "good").Problem, Does.Contain("no public part"));
    }

    [TestCase("EC:secp256k1", null, "secp256k1")]
    [TestCase("rsa:1024", null, "1024 bits")]
    [TestCase("rsa:2048", "SHA256-RSA-PKCS", "CKA_ALLOWED_MECHANISMS")]
    [TestCase("EC:prime256v1", "ECDSA-SHA256", "CKA_ALLOWED_MECHANISMS")]
    public async Task Unlock_WhenAKeyCannotSign_SaysWhy(string type, string? allowed, string expected, CancellationToken cancellationToken)
    {
        await _token.Pkcs11ToolAsync(
            ["--keypairgen", "--usage-sign", "--key-type", type, "--label", "bad", "--id", "0d",
                .. allowed is null ? [] : new[] { "--allowed-mechanisms", allowed }],
            cancellationToken);
        await using var running = await ReadyAsync(cancellationToken, new KeySelector("bad"), new KeySelector("good"));

        Assert.That(Key(running, "bad").Problem, Does.Contain(expected));
        await SignsAsync(running, Key(running, "good"), cancellationToken);
    }

    [Test]
    public async Task Unlock_WhenAKeyAllowsOneMechanism_TellsWhichPaddingItTakes(CancellationToken cancellationToken)
    {
        await _token.Pkcs11ToolAsync(
            ["--keypairgen", "--usage-sign", "--key-type", "rsa:2048", "--label", "pss", "--id", "0c", "--allowed-mechanisms", "RSA-PKCS-PSS"],
            cancellationToken);
        await using var running = await ReadyAsync(cancellationToken, new KeySelector("pss"));

        var key = Key(running, "pss");
        Assert.That((key.SignsPkcs1, key.SignsPss, key.Problem), Is.EqualTo((false, true, string.Empty)));
    }

    [Test]
    public async Task Unlock_WhenIssuersAreOnTheToken_GivesTheWholeChain(CancellationToken cancellationToken)
    {
        var now = TimeProvider.System.GetUtcNow();
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var rootRequest = new CertificateRequest("CN=Root", rootKey, HashAlgorithmName.SHA256);
        rootRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var root = rootRequest.CreateSelfSigned(now, now.AddDays(10));
        var leafKey = PublicKey.CreateFromSubjectPublicKeyInfo(await _token.ReadPublicKeyAsync("good", cancellationToken), out _);
        using var leaf = new CertificateRequest(new X500DistinguishedName("CN=Leaf"), leafKey, HashAlgorithmName.SHA256)
            .Create(root, now, now.AddDays(1), [1]);
        using var renewed = new CertificateRequest(new X500DistinguishedName("CN=Leaf"), leafKey, HashAlgorithmName.SHA256)
            .Create(root, now, now.AddDays(2), [2]);
        await _token.ImportCertificateAsync("good", leaf, cancellationToken);
        await _token.ImportCertificateAsync("other name", renewed, cancellationToken);
        await _token.ImportCertificateAsync("authority", root, cancellationToken);
        await using var running = await ReadyAsync(cancellationToken, new KeySelector("good"));

        Assert.That(
            Key(running, "good").Certificates.Select(der => Convert.ToHexString(SHA256.HashData(der.Span))),
            Is.EquivalentTo(new[] { leaf, renewed, root }.Select(certificate => certificate.GetCertHashString(HashAlgorithmName.SHA256))));
    }

    private async Task<(byte[] First, byte[] Second)> MakePairsAsync(
        string label, string type, string[] ids, CancellationToken cancellationToken)
    {
        var keys = new List<byte[]>();
        foreach (var id in ids)
        {
            await MakeKeyAsync(label, type, id, cancellationToken);
            var file = _directory.File(id);
            await _token.Pkcs11ToolAsync(["--read-object", "--type", "pubkey", "--id", id, "--output-file", file], cancellationToken);
            keys.Add(await File.ReadAllBytesAsync(file, cancellationToken));
        }

        return (keys[0], keys[1]);
    }

    private Task<ProgramResult> MakeKeyAsync(string label, string type, string id, CancellationToken cancellationToken) => _token.Pkcs11ToolAsync(
        ["--keypairgen", "--usage-sign", "--key-type", type, "--label", label, "--id", id], cancellationToken);

    private async Task<TokenUnderTest> ReadyAsync(CancellationToken cancellationToken, params KeySelector[] keys)
    {
        // Each host has its own directory for its socket; the token lies in the test's.
        var directory = new TemporaryDirectory();
        var options = TokenUnderTest.OptionsFor(directory, _token) with { Keys = keys };
        var running = await TokenUnderTest.StartAsync(directory, options, _token, cancellationToken);
        await running.MakeReadyAsync(_token.UserPin, cancellationToken);
        return running;
    }

    private static TokenKey Key(TokenUnderTest running, string reference) =>
        running.Supervisor.Keys.Single(key => key.Reference == reference);

    private static async Task SignsAsync(TokenUnderTest running, TokenKey key, CancellationToken cancellationToken)
    {
        var (content, signature) = await SignAsync(running, key, cancellationToken);
        Assert.That(Signatures.Verify(key.PublicKey.ToByteArray(), MechanismOf(key), content, signature), Is.True, key.Label);
    }

    private static async Task<(byte[] Content, byte[] Signature)> SignAsync(
        TokenUnderTest running, TokenKey key, CancellationToken cancellationToken)
    {
        var content = RandomNumberGenerator.GetBytes(32);
        var digest = Signatures.Digest(MechanismOf(key), content);
        return (content, await running.Supervisor.SignAsync(key.Reference, digest, MechanismOf(key), "request", cancellationToken));
    }

    private static SignatureMechanism MechanismOf(TokenKey key) =>
        key.Algorithm == KeyAlgorithm.Rsa ? SignatureMechanism.RsaPkcs1Sha256 : SignatureMechanism.EcdsaSha256;
}
