using System.Security.Cryptography;
using System.Text;
using Signet.Formats.Deb;
using Signet.Formats.Tests.Detached;
using Signet.Formats.Tests.OpenPgp;
using Signet.Testing.Judges;
using Signet.Testing.Tools;

namespace Signet.Formats.Tests.Deb;

/// <summary>Signatures in Debian packages that debsig-verify and our own verifier accept.</summary>
[CancelAfter(120_000)]
public sealed class DebTests
{
    private static readonly DebFormat Format = new(TimeProvider.System);
    private static readonly string[] Keys = ["rsa2048", "p256", "p384", "p521"];

    private OpenPgpBench _bench = null!;
    private DebsigVerify _judge = null!;
    private byte[] _package = null!;

    [OneTimeSetUp]
    public async Task SetUp()
    {
        _bench = await OpenPgpBench.CreateAsync(Keys);
        _judge = new DebsigVerify(_bench.Directory.File("debsig"), _bench.Gpg);
        foreach (var key in Keys)
        {
            await _judge.TrustAsync(_bench.Export(key).Fingerprint, CancellationToken.None);
        }

        _package = await DebBuilder.BuildAsync(_bench.Directory.Path, CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task TearDown() => await _bench.StopAsync();

    [Test]
    public async Task Sign_WithAnyKeyAndHash_IsAcceptedByDebsigVerify(
        [Values("rsa2048", "p256", "p384", "p521")] string key, [Values("SHA256", "SHA384", "SHA512")] string hash,
        CancellationToken cancellationToken)
    {
        if (string.CompareOrdinal(OpenPgpBench.HashFor(key).Name, hash) > 0)
        {
            Assert.That(
                async () => await SignAsync(_package, key, cancellationToken, hash: hash),
                Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.InvalidChoice));
            return;
        }

        var edits = await FormatBench.EditsAsync(
            Format, _package, _bench.Signer(key), null, FormatBench.Choices(hash: new HashAlgorithmName(hash)), cancellationToken);
        Assert.That(edits.Single(), Has.Property("Offset").EqualTo(_package.Length).And.Property("RemovedBytes").Zero);
        byte[] signed = [.. _package, .. edits[0].Inserted.Span];
        var judged = await JudgeAsync(signed, cancellationToken);
        Assert.That(judged.ExitCode, Is.Zero, judged.All);
        FormatEvidence.Accepted("deb", "debsig-verify");
        var report = await Format.VerifyAsync(new MemoryStream(signed), _bench.TrustOf(key), cancellationToken);
        Assert.That(report.Signatures.Single().Problems, Is.Empty);
        Assert.That(report.Signatures[0].OpenPgp!.Fingerprint, Is.EqualTo(_bench.Export(key).Fingerprint));

        var file = await _bench.WriteAsync(signed, ".deb", cancellationToken);
        var listed = await ExternalProgram.RunSuccessfullyAsync("ar", ["t", file], cancellationToken);
        Assert.That(listed.Output.Trim().Split('\n')[^1], Is.EqualTo("_gpgorigin"));
        await ExternalProgram.RunSuccessfullyAsync("dpkg-deb", ["--contents", file], cancellationToken);
    }

    [Test]
    public async Task Verify_WhenOneByteOfAMemberChanged_IsRefused(
        [Values("2.0", "control", "data")] string part, CancellationToken cancellationToken)
    {
        var signed = await SignAsync(_package, "rsa2048", cancellationToken);
        var index = part == "2.0" ? Encoding.Latin1.GetString(signed).IndexOf("2.0\n", StringComparison.Ordinal) + 2
            : Encoding.Latin1.GetString(signed).IndexOf(part + ".tar", StringComparison.Ordinal) + 60 + 40;
        var changed = Mutations.Flip(signed, index);
        Assert.That((await JudgeAsync(changed, cancellationToken)).ExitCode, Is.Not.Zero);
        FormatEvidence.RefusedAfterChange("deb", "debsig-verify");
        var report = await Format.VerifyAsync(new MemoryStream(changed), _bench.TrustOf("rsa2048"), cancellationToken);
        Assert.That(report.Holds, Is.False);
    }

    [Test]
    public async Task Sign_OfASignedPackage_FollowsTheRule(CancellationToken cancellationToken)
    {
        var first = await SignAsync(_package, "p384", cancellationToken, hash: "SHA384");
        Assert.That(
            async () => await SignAsync(first, "p256", cancellationToken),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.AlreadySigned));
        Assert.That(
            async () => await SignAsync(first, "p256", cancellationToken, ExistingSignatureRule.Append),
            Throws.TypeOf<SignatureFormatException>().With.Property("Failure").EqualTo(FormatFailure.InvalidChoice));
        var second = await SignAsync(first, "p256", cancellationToken, ExistingSignatureRule.Replace);
        var report = await Format.VerifyAsync(new MemoryStream(second), _bench.TrustOf("p256"), cancellationToken);
        Assert.That(report.Signatures.Single().OpenPgp!.Fingerprint, Is.EqualTo(_bench.Export("p256").Fingerprint));
        Assert.That(report.Holds, Is.True);
        Assert.That((await JudgeAsync(second, cancellationToken)).ExitCode, Is.Zero);
        Assert.That(second[.._package.Length], Is.EqualTo(_package), "more than the signature was changed");
    }

    [Test]
    public async Task Verify_OfASignatureByDebsigs_Holds(CancellationToken cancellationToken)
    {
        var user = Guid.NewGuid().ToString("N") + " <debsigs@example.com>";
        var key = await _bench.Gpg.MakeKeyAsync("rsa2048", user, cancellationToken);
        var file = await _bench.WriteAsync(_package, ".deb", cancellationToken);
        await ExternalProgram.RunSuccessfullyAsync(
            "debsigs", ["--sign=origin", "-k", user, file], cancellationToken, environment: _bench.Gpg.Environment);
        var trust = _bench.Trust with { OpenPgpKeys = [await File.ReadAllBytesAsync(key, cancellationToken)] };
        var signed = await File.ReadAllBytesAsync(file, cancellationToken);
        Assert.That((await Format.VerifyAsync(new MemoryStream(signed), trust, cancellationToken)).Signatures.Single().Problems, Is.Empty);
        var ours = await SignAsync(signed, "p256", cancellationToken, ExistingSignatureRule.Replace);
        Assert.That((await JudgeAsync(ours, cancellationToken)).ExitCode, Is.Zero);
    }

    [Test]
    public async Task Verify_OfAPackageWithoutASignature_FindsNone(CancellationToken cancellationToken)
    {
        Assert.That((await Format.VerifyAsync(new MemoryStream(_package), _bench.Trust, cancellationToken)).Signatures, Is.Empty);
        Assert.That((await JudgeAsync(_package, cancellationToken)).ExitCode, Is.EqualTo(10));
    }

    private static IEnumerable<TestCaseData> Malformed =>
    [
        new TestCaseData(DebBuilder.Archive(("debian-binary", "2.0\n"), ("data.tar", "d"), ("control.tar", "c"))).SetArgDisplayNames("order"),
        new TestCaseData(DebBuilder.Archive(("debian-binary", "2.0\n"), ("control.tar", "c"))).SetArgDisplayNames("no data"),
        new TestCaseData(DebBuilder.Archive(("debian-binary", "2.0\n"), ("control.tar", "c"), ("data.tar", "d"), ("data.tar.xz", "e")))
            .SetArgDisplayNames("data twice"),
        new TestCaseData(DebBuilder.Archive(("debian-binary", "2.0\n"), ("control.tar", "c"), ("data.tar", "d"), ("evil", "e")))
            .SetArgDisplayNames("a member that nothing covers"),
        new TestCaseData(Encoding.ASCII.GetBytes("!<arch>\ndebian-binary")).SetArgDisplayNames("cut off"),
    ];

    [TestCaseSource(nameof(Malformed))]
    public void Read_OfABrokenPackage_IsRefusedByBothPaths(byte[] package)
    {
        Assert.That(
            async () => await SignAsync(package, "p256", CancellationToken.None), Throws.TypeOf<SignatureFormatException>());
        Assert.That(
            async () => await Format.VerifyAsync(new MemoryStream(package), _bench.Trust, CancellationToken.None),
            Throws.TypeOf<SignatureFormatException>());
    }

    [Test]
    public async Task Read_OfTruncatedAndMutatedPackages_EndsInAReportOrATypedError(CancellationToken cancellationToken)
    {
        var signed = await SignAsync(DebBuilder.Small(), "rsa2048", cancellationToken);
        foreach (var broken in Mutations.Truncations(signed).Concat(Mutations.Random(signed, 3000, seed: 13)))
        {
            try
            {
                // Without a key: its mathematics would take nearly all the time, and are the same each time.
                await Format.VerifyAsync(new MemoryStream(broken), _bench.Trust, cancellationToken);
            }
            catch (SignatureFormatException)
            {
                // The typed error.
            }

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

    private Task<byte[]> SignAsync(
        byte[] package, string key, CancellationToken cancellationToken, ExistingSignatureRule rule = ExistingSignatureRule.Refuse,
        string hash = "SHA256") => FormatBench.SignAsync(
        Format, package, _bench.Signer(key), null, FormatBench.Choices(rule, new HashAlgorithmName(hash)), cancellationToken);

    private async Task<ProgramResult> JudgeAsync(byte[] package, CancellationToken cancellationToken) =>
        await _judge.VerifyAsync(await _bench.WriteAsync(package, ".deb", cancellationToken), cancellationToken);
}
