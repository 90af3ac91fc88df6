using Signet.Formats.Deb;
using Signet.Formats.Tests.Detached;
using Signet.Formats.Tests.OpenPgp;
using Signet.Testing.Judges;
using Signet.Testing.Tools;

namespace Signet.Formats.Tests.Deb;

/// <summary>Packages of Debian are signed, and the judge accepts them.</summary>
[CancelAfter(120_000)]
public sealed class RealPackageTests
{
    private static readonly DebFormat Format = new(TimeProvider.System);

    private OpenPgpBench _bench = null!;
    private DebsigVerify _judge = null!;

    [OneTimeSetUp]
    public async Task SetUp()
    {
        _bench = await OpenPgpBench.CreateAsync("rsa2048");
        _judge = new DebsigVerify(_bench.Directory.File("debsig"), _bench.Gpg);
        await _judge.TrustAsync(_bench.Export("rsa2048").Fingerprint, CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task TearDown() => await _bench.StopAsync();

    [Test]
    public async Task Sign_OfAPackageOfDebian_IsAccepted(
        [Values("bc", "cowsay", "figlet", "file", "hello", "less", "sed", "sl", "time", "tree")] string name,
        CancellationToken cancellationToken)
    {
        var path = RealFiles.PathOf($"deb/{name}/{name}.deb");
        var package = await File.ReadAllBytesAsync(path, cancellationToken);
        var signed = await FormatBench.SignAsync(
            Format, package, _bench.Signer("rsa2048"), null, FormatBench.Choices(), cancellationToken);
        var judged = await _judge.VerifyAsync(await _bench.WriteAsync(signed, ".deb", cancellationToken), cancellationToken);
        Assert.That(judged.ExitCode, Is.Zero, judged.All);
        FormatEvidence.RealFileSigned("deb", "debsig-verify", name + ".deb", RealFiles.SourceOf(path));
        Assert.That(
            (await Format.VerifyAsync(new MemoryStream(signed), _bench.TrustOf("rsa2048"), cancellationToken)).Holds, Is.True);

        var changed = Mutations.Flip(signed, package.Length - 1000);
        judged = await _judge.VerifyAsync(await _bench.WriteAsync(changed, ".deb", cancellationToken), cancellationToken);
        Assert.That(judged.ExitCode, Is.EqualTo(13), judged.All);
        FormatEvidence.RefusedAfterChange("deb", "debsig-verify");
    }
}
