using System.Security.Cryptography;
using Signet.Formats.Rpm;
using Signet.Formats.Tests.Detached;
using Signet.Formats.Tests.OpenPgp;
using Signet.Testing.Judges;
using Signet.Testing.Tools;

namespace Signet.Formats.Tests.Rpm;

/// <summary>Signatures of RPM packages that rpmkeys and our own verifier accept.</summary>
[CancelAfter(120_000)]
public sealed class RpmTests
{
    private static readonly RpmFormat Format = new(TimeProvider.System);

    private OpenPgpBench _bench = null!;
    private RpmKeys _judge = null!;
    private byte[] _package = null!;

    [OneTimeSetUp]
    public async Task SetUp()
    {
        _bench = await OpenPgpBench.CreateAsync("rsa2048", "rsa3072", "p256");
        _judge = new RpmKeys(_bench.Directory.File("rpmdb"));
        foreach (var key in new[] { "rsa2048", "rsa3072" })
        {
            await _judge.ImportAsync(
                await _bench.WriteAsync(_bench.Export(key).Armoured, ".pub", CancellationToken.None), CancellationToken.None);
        }

        _package = await RpmBuilder.BuildAsync(_bench.Directory.Path, CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task TearDown() => await _bench.StopAsync();

    [Test]
    public async Task Sign_WithAnyKeyAndHash_IsAcceptedByRpmkeys(
        [Values("rsa2048", "rsa3072")] string key, [Values("SHA256", "SHA384", "SHA512")] string hash,
        CancellationToken cancellationToken)
    {
        var edits = await FormatBench.EditsAsync(
            Format, _package, _bench.Signer(key), null, FormatBench.Choices(hash: new HashAlgorithmName(hash)), cancellationToken);
        Assert.That(edits.Single().Offset, Is.EqualTo(96));
        Assert.That(edits[0].Inserted.Length, Is.EqualTo(edits[0].RemovedBytes), "the reserved space was not used");
        var signed = Apply(_package, edits);
        var judged = await JudgeAsync(signed, cancellationToken);
        Assert.That(RpmKeys.Accepts(judged, _bench.Export(key).Fingerprint, hash), Is.True, judged.All);
        FormatEvidence.Accepted("rpm", "rpmkeys");
        var report = await Format.VerifyAsync(new MemoryStream(signed), _bench.TrustOf(key), cancellationToken);
        Assert.That(report.Signatures.Single().Problems, Is.Empty);
        Assert.That(report.Signatures[0].OpenPgp!.Fingerprint, Is.EqualTo(_bench.Export(key).Fingerprint));

        var file = await _bench.WriteAsync(signed, ".rpm", cancellationToken);
        var queried = await ExternalProgram.RunSuccessfullyAsync(
            "rpm", ["--dbpath", _bench.Directory.File("rpmdb"), "-qp", "--qf", "%{NAME} %{SIGSIZE} %{RSAHEADER:pgpsig}", file], cancellationToken);
        Assert.That(queried.Output, Does.StartWith("signet-test ").And.Contain("RSA/" + hash));
    }

    [TestCase(0.5)]
    [TestCase(0.99)]
    [TestCase(0.3)]
    public async Task Verify_WhenOneByteOfHeaderOrPayloadChanged_IsRefused(double place)
    {
        var cancellationToken = TestContext.CurrentContext.CancellationToken;
        var signed = await SignAsync(_package, "rsa2048", cancellationToken);
        var start = 96 + (await EditsAsync(cancellationToken)).Single().RemovedBytes;
        var changed = Mutations.Flip(signed, (int)(start + ((signed.Length - start) * place)));
        var judged = await JudgeAsync(changed, cancellationToken);
        Assert.That(judged.ExitCode, Is.Not.Zero, judged.All);
        FormatEvidence.RefusedAfterChange("rpm", "rpmkeys");
        Assert.That(await HoldsAsync(changed, _bench.TrustOf("rsa2048"), cancellationToken), Is.False);
    }

    [Test]
    public async Task Sign_OfASignedPackage_FollowsTheRule(CancellationToken cancellationToken)
    {
        var first = await SignAsync(_package, "rsa3072", cancellationToken);
        Assert.That(
            async () => await SignAsync(first, "rsa2048", cancellationToken),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.AlreadySigned));
        Assert.That(
            async () => await SignAsync(first, "rsa2048", cancellationToken, ExistingSignatureRule.Append),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.InvalidChoice));
        var second = await SignAsync(first, "rsa2048", cancellationToken, ExistingSignatureRule.Replace);
        var judged = await JudgeAsync(second, cancellationToken);
        Assert.That(RpmKeys.Accepts(judged, _bench.Export("rsa2048").Fingerprint, "SHA256"), Is.True, judged.All);
        Assert.That(second, Has.Length.EqualTo(_package.Length));
        Assert.That((await Format.VerifyAsync(new MemoryStream(second), _bench.TrustOf("rsa2048"), cancellationToken)).Holds, Is.True);
    }

    [Test]
    public void Sign_WithEcdsa_IsRefused()
    {
        var used = _bench.Signer("p256").Uses;
        Assert.That(
            async () => await SignAsync(_package, "p256", CancellationToken.None),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.InvalidChoice));
        Assert.That(_bench.Signer("p256").Uses, Is.EqualTo(used));
    }

    [Test]
    public async Task Verify_OfASignatureByRpmsign_HoldsAndIsReplaced([Values] bool legacy, CancellationToken cancellationToken)
    {
        var user = Guid.NewGuid().ToString("N") + " <rpmsign@example.com>";
        var key = await _bench.Gpg.MakeKeyAsync("rsa2048", user, cancellationToken);
        var file = await _bench.WriteAsync(_package, ".rpm", cancellationToken);
        IEnumerable<string> more = legacy ? ["--rpmv3"] : [];
        await ExternalProgram.RunSuccessfullyAsync(
            "rpmsign",
            ["--define", "__gpg /usr/bin/gpg", "--define", $"_gpg_name {user}", "--define", "_gpg_sign_cmd_extra_args --pinentry-mode loopback --passphrase ''", .. more, "--addsign", file],
            cancellationToken, environment: _bench.Gpg.Environment);
        var theirs = await File.ReadAllBytesAsync(file, cancellationToken);
        var trust = _bench.Trust with { OpenPgpKeys = [await File.ReadAllBytesAsync(key, cancellationToken)] };
        var report = await Format.VerifyAsync(new MemoryStream(theirs), trust, cancellationToken);
        Assert.That(report.Signatures, Has.Count.EqualTo(legacy ? 2 : 1));
        Assert.That(report.Signatures.SelectMany(signature => signature.Problems), Is.Empty);

        var ours = await SignAsync(theirs, "rsa2048", cancellationToken, ExistingSignatureRule.Replace);
        var judged = await JudgeAsync(ours, cancellationToken);
        Assert.That(RpmKeys.Accepts(judged, _bench.Export("rsa2048").Fingerprint, "SHA256"), Is.True, judged.All);
    }

    [TestCase("w9.gzdio", false)]
    [TestCase("w6.xzdio", false)]
    [TestCase("w7.zstdio", false)]
    [TestCase("w9.bzdio", false)]
    [TestCase("w9.gzdio", true)]
    public async Task Sign_OfAnyKindOfPackage_IsAccepted(string payload, bool source)
    {
        var cancellationToken = TestContext.CurrentContext.CancellationToken;
        var package = await RpmBuilder.BuildAsync(
            _bench.Directory.Path, cancellationToken, payload, typeof(Assert).Assembly.Location, source);
        var signed = await SignAsync(package, "rsa2048", cancellationToken);
        var judged = await JudgeAsync(signed, cancellationToken);
        Assert.That(RpmKeys.Accepts(judged, _bench.Export("rsa2048").Fingerprint, "SHA256"), Is.True, judged.All);
        FormatEvidence.RealFileSigned(
            "rpm", "rpmkeys", $"signet-test ({payload}{(source ? ", source" : string.Empty)})", "rpmbuild with NuGet NUnit 5.0.0 in it");
        Assert.That(await HoldsAsync(signed, _bench.TrustOf("rsa2048"), cancellationToken), Is.True);
    }

    [Test]
    public async Task Sign_OfAPackageWithAnotherPayload_IsRefused(CancellationToken cancellationToken) => Assert.That(
        async () => await SignAsync(Mutations.Flip(_package, _package.Length - 5), "rsa2048", cancellationToken),
        Throws.TypeOf<SignatureFormatException>().With.Message.Contains("payload"));

    [Test]
    public async Task Read_OfTruncatedAndMutatedPackages_EndsInAReportOrATypedError(CancellationToken cancellationToken)
    {
        var signed = await SignAsync(_package, "rsa2048", cancellationToken);
        var cuts = Enumerable.Range(0, signed.Length / 7).Select(step => signed[..(step * 7)]);
        foreach (var broken in cuts.Concat(Mutations.Random(signed, 2000, seed: 17)))
        {
            // Without a key: its mathematics would take nearly all the time, and are the same each time.
            await HoldsAsync(broken, _bench.Trust, cancellationToken);
            try
            {
                await Format.PrepareAsync(new MemoryStream(broken), FormatBench.Choices(ExistingSignatureRule.Replace), cancellationToken);
            }
            catch (SignatureFormatException)
            {
                // The typed error.
            }
        }
    }

    private Task<IReadOnlyList<Edit>> EditsAsync(CancellationToken cancellationToken) => FormatBench.EditsAsync(
        Format, _package, _bench.Signer("rsa2048"), null, FormatBench.Choices(), cancellationToken);

    private Task<byte[]> SignAsync(
        byte[] package, string key, CancellationToken cancellationToken, ExistingSignatureRule rule = ExistingSignatureRule.Refuse) =>
        FormatBench.SignAsync(Format, package, _bench.Signer(key), null, FormatBench.Choices(rule), cancellationToken);

    private static async Task<bool> HoldsAsync(byte[] package, TrustAnchors trust, CancellationToken cancellationToken)
    {
        try
        {
            return (await Format.VerifyAsync(new MemoryStream(package), trust, cancellationToken)).Holds;
        }
        catch (SignatureFormatException)
        {
            return false;
        }
    }

    private async Task<ProgramResult> JudgeAsync(byte[] package, CancellationToken cancellationToken) =>
        await _judge.VerifyAsync(await _bench.WriteAsync(package, ".rpm", cancellationToken), cancellationToken);

    private static byte[] Apply(byte[] original, IReadOnlyList<Edit> edits)
    {
        using var edited = new EditedStream(new MemoryStream(original), edits);
        using var result = new MemoryStream();
        edited.CopyTo(result);
        return result.ToArray();
    }
}
