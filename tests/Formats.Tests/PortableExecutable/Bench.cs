using Signet.Formats.PortableExecutable;
using Signet.Testing.Certificates;
using Signet.Testing.Judges;
using Signet.Testing.Tools;

namespace Signet.Formats.Tests.PortableExecutable;

/// <summary>What tests of signatures of PE files need: a CA, a timestamp authority, files, and the two judges.</summary>
internal sealed class Bench : FormatBench
{
    private static readonly PortableExecutableFormat Format = new();

    private Bench(TemporaryDirectory directory, OpenSslTimestampAuthority timestamps)
        : base(directory, timestamps)
    {
    }

    public static async Task<Bench> CreateAsync()
    {
        var (directory, timestamps) = await StartPartsAsync();
        return new Bench(directory, timestamps);
    }

    /// <summary>The file with a signature.</summary>
    public static Task<byte[]> SignAsync(
        byte[] image, ISigner signer, ITimestamper? timestamper, SigningChoices choices, CancellationToken cancellationToken) =>
        SignAsync(Format, image, signer, timestamper, choices, cancellationToken);

    public Task<VerificationReport> VerifyAsync(byte[] image, CancellationToken cancellationToken) =>
        VerifyAsync(Format, image, cancellationToken);

    public async Task<ProgramResult> JudgeAsync(byte[] image, CancellationToken cancellationToken) =>
        await Osslsigncode.VerifyAsync(
            await WriteAsync(image, ".exe", cancellationToken), SigningRoots, TimestampRoots, cancellationToken);
}
