using Signet.Formats.Tests.Signers;
using Signet.Testing.Judges;
using Signet.Testing.Tools;

namespace Signet.Formats.Tests;

/// <summary>osslsigncode as judge and as another signer of the Authenticode formats.</summary>
internal static class AuthenticodeJudge
{
    public static async Task<ProgramResult> JudgeAsync(
        this FormatBench bench, byte[] content, string extension, CancellationToken cancellationToken) =>
        await Osslsigncode.VerifyAsync(
            await bench.WriteAsync(content, extension, cancellationToken), bench.SigningRoots, bench.TimestampRoots, cancellationToken);

    /// <summary>The judge accepts it, its timestamp too where there is one.</summary>
    public static async Task AssertAcceptedAsync(
        this FormatBench bench, byte[] content, string extension, CancellationToken cancellationToken, bool stamped = false)
    {
        var judged = await bench.JudgeAsync(content, extension, cancellationToken);
        Assert.That(stamped ? Osslsigncode.AcceptsStamped(judged) : Osslsigncode.Accepts(judged), Is.True, judged.All);
    }

    public static async Task<byte[]> SignByOsslsigncodeAsync(
        this FormatBench bench, byte[] content, string extension, InMemorySigner signer, CancellationToken cancellationToken,
        params string[] more)
    {
        var name = Guid.NewGuid().ToString("N");
        var (input, output) = (bench.Directory.File(name + extension), bench.Directory.File(name + "-signed" + extension));
        var (certificates, key) = (bench.Directory.File(name + ".pem"), bench.Directory.File(name + ".key"));
        await File.WriteAllBytesAsync(input, content, cancellationToken);
        await File.WriteAllTextAsync(certificates, signer.ChainPem, cancellationToken);
        await File.WriteAllTextAsync(key, signer.KeyPem, cancellationToken);
        await Osslsigncode.SignAsync(input, output, certificates, key, cancellationToken, more);
        return await File.ReadAllBytesAsync(output, cancellationToken);
    }
}
