using System.Security.Cryptography;
using Signet.EndToEnd.Tests.Node;
using Signet.Protocol.V1;
using Signet.Testing.Agent;
using Signet.Testing.Judges;
using Signet.Testing.Tools;

namespace Signet.EndToEnd.Tests.Signing;

/// <summary>Formats that fit any file are used where a request chooses them, and judges accept what comes out.</summary>
[CancelAfter(180_000)]
public sealed class ChosenFormatTests
{
    private const string Created = "2026-01-31T00:00:00Z";
    private const string PssProfile = "pss";
    private const string ApprovedProfile = "approved";
    private const string OpenPgp = $", openpgp: {{ userId: \"Signet Grüße <tests@example.com>\", created: {Created} }}";

    private static readonly string[] Formats = ["cms", "raw", "openpgp", "openpgp-binary", "openpgp-clear", "deb", "rpm"];
    private static readonly byte[] Text = "first line\n- second line\n"u8.ToArray();

    private AgentEnvironment _node = null!;
    private TemporaryDirectory _directory = null!;
    private GnuPg _gpg = null!;
    private string _publicKey = null!;
    private string _fingerprint = null!;

    [OneTimeSetUp]
    public async Task StartNode()
    {
        _directory = new TemporaryDirectory();
        _node = await AgentEnvironment.StartUnlockedAsync(
            new AgentOptions
            {
                Keys =
                [
                    new() { Type = "rsa:2048", More = OpenPgp },
                    new() { Name = PssProfile, Type = "rsa:2048", More = ", padding: pss" },
                ],
                Profiles =
                [
                    new() { Formats = Formats },
                    new() { Name = PssProfile, Key = PssProfile, Formats = ["cms", "raw"] },
                    new() { Name = ApprovedProfile, Formats = ["cms", "raw"], Approvals = 1 },
                ],
                Grants = [new() { Profiles = [Names.Profile, PssProfile, ApprovedProfile] }],
            },
            CancellationToken.None);
        var exported = await _node.RunAsync(["key", "openpgp-export", Names.Key], CancellationToken.None);
        Assert.That(exported.ExitCode, Is.Zero, exported.All);
        _fingerprint = exported.Error.Trim().Split(' ')[^1];
        _publicKey = _directory.File("key.asc");
        await File.WriteAllTextAsync(_publicKey, exported.Output, CancellationToken.None);
        _gpg = GnuPg.Create(_directory.File("gpg"));
        await _gpg.ImportAsync(_publicKey, CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task StopNode()
    {
        await _gpg.DisposeAsync();
        await _node.DisposeAsync();
        _directory.Dispose();
    }

    [TestCase(Names.Profile, "cms", ".p7s")]
    [TestCase(Names.Profile, "raw", ".sig")]
    [TestCase(Names.Profile, "openpgp", ".asc")]
    [TestCase(Names.Profile, "openpgp-binary", ".gpg")]
    [TestCase(Names.Profile, "openpgp-clear", ".asc")]
    [TestCase(PssProfile, "cms", ".p7s")]
    [TestCase(PssProfile, "raw", ".sig")]
    public async Task SignFile_WithAChosenFormat_IsAcceptedByJudgeAndCommand(string profile, string format, string suffix)
    {
        var cancellationToken = TestContext.CurrentContext.CancellationToken;
        var (content, signature, signed) = await SignAsync(profile, format, Text, cancellationToken);
        Assert.That(signed.Result.DetachedSuffix, Is.EqualTo(suffix));
        Assert.That(signed.Result.Format, Is.EqualTo(format));
        Assert.That(
            signed.Result.SignedSha256.ToByteArray(), Is.EqualTo(SHA256.HashData(await File.ReadAllBytesAsync(signature, cancellationToken))));

        var judged = await JudgeAsync(profile, format, content, signature, cancellationToken);
        Assert.That(judged.ExitCode, Is.Zero, judged.All);
        foreach (var file in new[] { signature, content })
        {
            var own = await VerifyAsync(file, profile, cancellationToken);
            Assert.That(own.ExitCode, Is.Zero, own.All);
            Assert.That(own.Output, Does.Contain(format));
        }

        var record = (await LedgerOf.ReadAsync(_node, cancellationToken, "file-signed"))
            .Last(seen => seen.Text("file") == Path.GetFileName(content));
        Assert.That(record.Text("format"), Is.EqualTo(format));
        Assert.That(record.Text("detachedSuffix"), Is.EqualTo(suffix));
        Assert.That(record.Text("timestamp"), format == "cms" ? Is.Not.Empty : Is.Empty);

        // The same signature over a content of which one byte changed.
        await File.WriteAllBytesAsync(content, [(byte)'F', .. Text.AsSpan(1)], cancellationToken);
        Assert.That((await VerifyAsync(signature, profile, cancellationToken)).ExitCode, Is.EqualTo(2));
    }

    [TestCase("cms", ".p7s")]
    [TestCase("openpgp-clear", ".asc")]
    [TestCase("deb", null)]
    [TestCase("", null)]
    public async Task CreateRequest_WithAChosenFormat_TellsTheSuffixOfItsSignatures(string format, string? suffix)
    {
        using var caller = _node.Controller();
        var request = ControllerClient.NewRequest(Names.Job, Names.Profile, ("a.txt", Text));
        request.Options = new SigningOptions { Format = format };
        var opened = await caller.CreateRequestAsync(request, CancellationToken.None);
        Assert.That(opened.HasDetachedSuffix, Is.EqualTo(suffix is not null));
        Assert.That(opened.DetachedSuffix, Is.EqualTo(suffix ?? string.Empty));
    }

    [Test]
    public async Task SignFile_OfADebianPackage_IsAccepted(CancellationToken cancellationToken)
    {
        var root = _directory.File("package");
        Directory.CreateDirectory(Path.Combine(root, "DEBIAN"));
        await File.WriteAllTextAsync(
            Path.Combine(root, "DEBIAN/control"),
            "Package: signet-test\nVersion: 1.0\nArchitecture: all\nMaintainer: Tests <tests@example.com>\nDescription: test\n", cancellationToken);
        await ExternalProgram.RunSuccessfullyAsync("dpkg-deb", ["--build", root, root + ".deb"], cancellationToken);
        using var caller = _node.Controller();
        var content = await File.ReadAllBytesAsync(root + ".deb", cancellationToken);
        var signed = await caller.SignAsync(Names.Job, Names.Profile, "package.deb", content, cancellationToken);
        Assert.That(signed.Result.HasDetachedSuffix, Is.False);
        await File.WriteAllBytesAsync(root + ".deb", EditedFile.Apply(content, signed.Edits), cancellationToken);
        var judge = new DebsigVerify(_directory.File("debsig"), _gpg);
        await judge.TrustAsync(_fingerprint, cancellationToken);
        var judged = await judge.VerifyAsync(root + ".deb", cancellationToken);
        Assert.That(judged.ExitCode, Is.Zero, judged.All);
        var own = await VerifyAsync(root + ".deb", Names.Profile, cancellationToken);
        Assert.That(own.ExitCode, Is.Zero, own.All);
    }

    [Test]
    public async Task CreateRequest_WithAFormatThatTheProfileDoesNotSign_IsRefused(CancellationToken cancellationToken)
    {
        using var caller = _node.Controller();
        var request = ControllerClient.NewRequest(Names.Job, PssProfile, ("a.txt", Text));
        request.Options = new SigningOptions { Format = "openpgp" };
        var refusal = await Refused.ByAsync(() => caller.CreateRequestAsync(request, cancellationToken));
        Assert.That(refusal.Reason, Is.EqualTo(ErrorReason.UnsupportedFormat));
        Assert.That(refusal.Message, Does.Contain("cms, raw"));
    }

    [Test]
    public async Task SignFile_OfAnyFileWithoutAChoice_IsRefused(CancellationToken cancellationToken)
    {
        using var caller = _node.Controller();
        var refusal = await Refused.ByAsync(() => caller.SignAsync(Names.Job, Names.Profile, "a.txt", Text, cancellationToken));
        Assert.That(refusal.Reason, Is.EqualTo(ErrorReason.UnsupportedFormat));
    }

    [Test]
    public async Task SignFile_OfAFileThatIsNotOfTheChosenFormat_IsRefused(CancellationToken cancellationToken)
    {
        using var caller = _node.Controller();
        var request = ControllerClient.NewRequest(Names.Job, Names.Profile, ("a.rpm", Text));
        request.Options = new SigningOptions { Format = "deb" };
        await caller.CreateRequestAsync(request, cancellationToken);
        var refusal = await Refused.ByAsync(
            () => caller.SignFileAsync(request.RequestId, "a.rpm", new MemoryStream(Text), cancellationToken));
        Assert.That(refusal.Reason, Is.EqualTo(ErrorReason.UnsupportedFormat));
    }

    [Test]
    public async Task CreateRequest_WithAnotherFormat_IsAnotherRequestForApprovals(CancellationToken cancellationToken)
    {
        using var caller = _node.Controller();
        var request = ControllerClient.NewRequest(Names.Job, ApprovedProfile, ("a.txt", Text));
        request.Options = new SigningOptions { Format = "cms" };
        var first = await caller.CreateRequestAsync(request, cancellationToken);
        request.Options.Format = "raw";
        var refusal = await Refused.ByAsync(() => caller.CreateRequestAsync(request, cancellationToken));
        Assert.That(refusal.Reason, Is.EqualTo(ErrorReason.InvalidRequest));
        request.RequestId = Guid.NewGuid().ToString();
        var second = await caller.CreateRequestAsync(request, cancellationToken);
        Assert.That(second.ManifestSha256, Is.Not.EqualTo(first.ManifestSha256), "approvals would cover another format");
        var shown = await _node.RunAsync(["requests", "show", second.RequestId], cancellationToken);
        Assert.That(shown.Output, Does.Match(@"format\s+raw"));
    }

    [Test]
    public async Task OpenPgpExport_Always_IsRecordedAndNeedsAnOpenPgpKey(CancellationToken cancellationToken)
    {
        var record = (await LedgerOf.ReadAsync(_node, cancellationToken, "openpgp-key-exported"))[0];
        Assert.That(record.Text("fingerprint"), Is.EqualTo(_fingerprint.ToLowerInvariant()));
        Assert.That(record.Text("userId"), Is.EqualTo("Signet Grüße <tests@example.com>"));
        Assert.That(record.Actor, Is.EqualTo("operator:" + Environment.UserName));
        var refused = await _node.RunAsync(["key", "openpgp-export", PssProfile], cancellationToken);
        Assert.That(refused.ExitCode, Is.Not.Zero);
        Assert.That(refused.All, Does.Contain("no OpenPGP key"));
        var unknown = await _node.RunAsync(["key", "openpgp-export", "nobody"], cancellationToken);
        Assert.That(unknown.All, Does.Contain("no key 'nobody'"));
    }

    private async Task<(string Content, string Signature, SignedUpload Signed)> SignAsync(
        string profile, string format, byte[] content, CancellationToken cancellationToken)
    {
        using var caller = _node.Controller();
        var name = $"{profile}-{format}.txt";
        var request = ControllerClient.NewRequest(Names.Job, profile, (name, content));
        request.Options = new SigningOptions { Format = format, Digest = DigestAlgorithm.Sha256 };
        await caller.CreateRequestAsync(request, cancellationToken);
        var signed = await caller.SignFileAsync(request.RequestId, name, new MemoryStream(content), cancellationToken);
        var file = _directory.File(name);
        await File.WriteAllBytesAsync(file, content, cancellationToken);
        var signature = file + signed.Result.DetachedSuffix;
        await File.WriteAllBytesAsync(signature, EditedFile.Apply(content, signed.Edits), cancellationToken);
        return (file, signature, signed);
    }

    private async Task<ProgramResult> JudgeAsync(
        string profile, string format, string content, string signature, CancellationToken cancellationToken)
    {
        switch (format)
        {
            case "cms":
                return await OpenSsl.VerifyCmsAsync(content, signature, _node.Files.SigningRoot, cancellationToken);
            case "raw":
                var publicKey = _directory.File(profile + ".pub");
                await ExternalProgram.RunSuccessfullyAsync(
                    "openssl", ["x509", "-in", _node.Files.ChainOf(KeyOf(profile)), "-noout", "-pubkey", "-out", publicKey], cancellationToken);
                return await OpenSsl.VerifyRawAsync(content, signature, publicKey, "sha256", profile == PssProfile, cancellationToken);
            default:
                var judged = await _gpg.VerifyAsync(signature, format == "openpgp-clear" ? null : content, cancellationToken);
                Assert.That(GnuPg.Accepts(judged, _fingerprint), Is.True, judged.All);
                return judged;
        }
    }

    private Task<ProgramResult> VerifyAsync(string file, string profile, CancellationToken cancellationToken) =>
        SignetCommand.RunAsync(
            ["verify", file, "--root", _node.Files.SigningRoot, "--timestamp-root", _node.Files.TimestampRoots,
                "--signer", _node.Files.ChainOf(KeyOf(profile)), "--openpgp-key", _publicKey],
            cancellationToken);

    private static string KeyOf(string profile) => profile == PssProfile ? PssProfile : Names.Key;
}
