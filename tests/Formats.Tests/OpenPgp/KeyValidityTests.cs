using Signet.Formats.OpenPgp;
using Signet.Formats.Tests.Detached;
using Signet.Testing.Tools;

namespace Signet.Formats.Tests.OpenPgp;

/// <summary>
/// Which keys of a ring may sign (RFC 9580 sections 5.2.1 and 10.1.1): the keys are made by gpg, and sqv judges each ring too.
/// </summary>
[CancelAfter(120_000)]
public sealed class KeyValidityTests
{
    private const int Signature = 2;
    private const int Subkey = 14;

    private static readonly OpenPgpFormat Format = new(armoured: false, TimeProvider.System);
    private static readonly byte[] Content = "release 1.2\n"u8.ToArray();

    private OpenPgpBench _bench = null!;

    [OneTimeSetUp]
    public async Task SetUp() => _bench = await OpenPgpBench.CreateAsync();

    [OneTimeTearDown]
    public async Task TearDown() => await _bench.StopAsync();

    [Test]
    public async Task Verify_BySubkeyThatItsPrimaryKeyBound_Holds(CancellationToken cancellationToken)
    {
        var alice = await MakeAsync("sign", cancellationToken);
        await JudgeAsync(await ExportAsync(alice, cancellationToken), await SignAsync(alice, cancellationToken), null, cancellationToken);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Verify_BySubkeyOfSomebodyElse_DoesNotHold(bool withForeignBinding)
    {
        var cancellationToken = TestContext.CurrentContext.CancellationToken;
        var alice = await MakeAsync("sign", cancellationToken);
        var mallory = await MakeAsync("sign", cancellationToken);
        var signature = await SignAsync(mallory, cancellationToken);
        var foreign = PacketSplitter.Split(await ExportAsync(mallory, cancellationToken)).SkipWhile(packet => packet.Tag != Subkey)
            .Where(packet => packet.Tag == Subkey || withForeignBinding).SelectMany(packet => packet.Packet);
        byte[] ring = [.. await ExportAsync(alice, cancellationToken), .. foreign];
        await JudgeAsync(ring, signature, "never bound", cancellationToken);
    }

    [Test]
    public async Task Verify_BySubkeyWithABindingInWhichABitIsFlipped_DoesNotHold(CancellationToken cancellationToken)
    {
        var alice = await MakeAsync("sign", cancellationToken);
        var ring = await ExportAsync(alice, cancellationToken);
        ring[^1] ^= 1;
        await JudgeAsync(ring, await SignAsync(alice, cancellationToken), "never bound", cancellationToken);
    }

    [Test]
    public async Task Verify_AfterThePrimaryKeyExpired_DoesNotHold(CancellationToken cancellationToken)
    {
        var alice = await MakeAsync("sign", cancellationToken);
        var signature = await SignAsync(alice, cancellationToken);
        await GpgAsync(
            ["--faked-system-time", "20250201T000000!", "--quick-set-expire", alice, "20250301T000000"], cancellationToken);
        await JudgeAsync(await ExportAsync(alice, cancellationToken), signature, "the primary key of its key was not valid", cancellationToken);
    }

    [Test]
    public async Task Verify_AfterTheSubkeyExpired_DoesNotHold(CancellationToken cancellationToken)
    {
        var alice = await MakeAsync("sign", cancellationToken);
        var signature = await SignAsync(alice, cancellationToken);
        await GpgAsync(
            ["--faked-system-time", "20250201T000000!", "--quick-set-expire", alice, "20250301T000000", "*"], cancellationToken);
        await JudgeAsync(await ExportAsync(alice, cancellationToken), signature, "its key was not valid", cancellationToken);
    }

    [Test]
    public async Task Verify_AfterThePrimaryKeyWasRevoked_DoesNotHold(CancellationToken cancellationToken)
    {
        var alice = await MakeAsync("sign", cancellationToken);
        var signature = await SignAsync(alice, cancellationToken);
        var revocation = await RevocationAsync(alice, cancellationToken);
        await JudgeAsync(
            WithRevocation(await ExportAsync(alice, cancellationToken), revocation), signature, "was revoked", cancellationToken);
    }

    [Test]
    public async Task Verify_WithARevocationOfSomebodyElse_Holds(CancellationToken cancellationToken)
    {
        var alice = await MakeAsync("sign", cancellationToken);
        var mallory = await MakeAsync("sign", cancellationToken);
        var revocation = await RevocationAsync(mallory, cancellationToken);
        await JudgeAsync(
            WithRevocation(await ExportAsync(alice, cancellationToken), revocation), await SignAsync(alice, cancellationToken), null,
            cancellationToken);
    }

    [Test]
    public async Task Verify_WithARevokedAndAnOlderCopyOfAKey_DoesNotHold(CancellationToken cancellationToken)
    {
        var alice = await MakeAsync("sign", cancellationToken);
        var signature = await SignAsync(alice, cancellationToken);
        var older = await ExportAsync(alice, cancellationToken);
        var revoked = WithRevocation(older, await RevocationAsync(alice, cancellationToken));
        foreach (var keys in new[] { new ReadOnlyMemory<byte>[] { older, revoked }, [revoked, older] })
        {
            var trust = _bench.Trust with { OpenPgpKeys = keys };
            Assert.That(await DetachedBench.HoldsAsync(Format, Content, signature, trust, cancellationToken), Is.False);
        }
    }

    // The judgement of sqv has to be the same.
    private async Task JudgeAsync(byte[] ring, byte[] signature, string? problem, CancellationToken cancellationToken)
    {
        var report = await DetachedBench.VerifyAsync(
            Format, Content, signature, _bench.Trust with { OpenPgpKeys = [ring] }, cancellationToken);
        Assert.That(
            report.Signatures.Single().Problems, problem is null ? Is.Empty : Has.Some.Contains(problem));
        var sqv = await ExternalProgram.RunAsync(
            "sqv",
            [
                "--keyring", await _bench.WriteAsync(ring, ".pgp", cancellationToken),
                await _bench.WriteAsync(signature, ".sig", cancellationToken), await _bench.WriteAsync(Content, ".bin", cancellationToken),
            ],
            cancellationToken);
        Assert.That(sqv.ExitCode == 0, Is.EqualTo(problem is null), sqv.All);
    }

    // A primary key that certifies, with a subkey, both made at the beginning of 2025.
    private async Task<string> MakeAsync(string use, CancellationToken cancellationToken)
    {
        var user = Guid.NewGuid().ToString("N") + " <gpg@example.com>";
        await GpgAsync(["--faked-system-time", "20250101T000000!", "--quick-generate-key", user, "rsa2048", "cert", "never"], cancellationToken);
        var listed = await _bench.Gpg.RunAsync(["--with-colons", "--list-keys", user], cancellationToken);
        var fingerprint = listed.Output.Split('\n').First(line => line.StartsWith("fpr:", StringComparison.Ordinal)).Split(':')[9];
        await GpgAsync(["--faked-system-time", "20250101T000100!", "--quick-add-key", fingerprint, "rsa2048", use, "never"], cancellationToken);
        return fingerprint;
    }

    private Task<ProgramResult> GpgAsync(string[] arguments, CancellationToken cancellationToken) => _bench.Gpg.RunAsync(arguments, cancellationToken);

    private async Task<byte[]> ExportAsync(string fingerprint, CancellationToken cancellationToken)
    {
        var file = await _bench.WriteAsync([], ".key", cancellationToken);
        await GpgAsync(["--yes", "--output", file, "--export", fingerprint], cancellationToken);
        return await File.ReadAllBytesAsync(file, cancellationToken);
    }

    private async Task<byte[]> SignAsync(string fingerprint, CancellationToken cancellationToken)
    {
        var file = await _bench.WriteAsync(Content, ".bin", cancellationToken);
        await GpgAsync(
            ["--local-user", fingerprint, "--digest-algo", "SHA256", "--output", file + ".sig", "--detach-sign", file], cancellationToken);
        return await File.ReadAllBytesAsync(file + ".sig", cancellationToken);
    }

    // gpg makes one with each key, with a colon in front so that nobody takes it in by mistake.
    private async Task<byte[]> RevocationAsync(string fingerprint, CancellationToken cancellationToken)
    {
        var made = Path.Combine(_bench.Gpg.Environment["GNUPGHOME"], "openpgp-revocs.d", fingerprint + ".rev");
        var text = await File.ReadAllTextAsync(made, cancellationToken);
        var armoured = text[(text.IndexOf(":-----BEGIN", StringComparison.Ordinal) + 1)..];
        var file = await _bench.WriteAsync(System.Text.Encoding.ASCII.GetBytes(armoured), ".asc", cancellationToken);
        await GpgAsync(["--output", file + ".bin", "--dearmor", file], cancellationToken);
        return PacketSplitter.Split(await File.ReadAllBytesAsync(file + ".bin", cancellationToken))
            .Single(packet => packet.Tag == Signature).Packet;
    }

    // Behind the primary key, in front of its user id.
    private static byte[] WithRevocation(byte[] ring, byte[] revocation)
    {
        var packets = PacketSplitter.Split(ring);
        return [.. packets[0].Packet, .. revocation, .. packets.Skip(1).SelectMany(packet => packet.Packet)];
    }
}
