using System.Diagnostics;
using Signet.Formats;
using Signet.Formats.OpenPgp;
using Signet.Fuzz;
using Signet.Testing.Tools;

namespace Signet.LargeFiles;

/// <summary>
/// What the large file takes more than the small one of the same kind. It runs in a process of its own, whose peak of memory
/// nothing else moves.
/// </summary>
/// <param name="Bytes">Size of the large file.</param>
/// <param name="GrowthBytes">How much higher the peak is after the large file than after the small one.</param>
/// <param name="SignSeconds">How long reading and signing took.</param>
/// <param name="VerifySeconds">How long verifying took.</param>
/// <param name="Problems">What is not as it has to be; empty where all is.</param>
/// <param name="Verdict">What a judge says; null where none was asked.</param>
internal sealed record Measurement(
    long Bytes, long GrowthBytes, double SignSeconds, double VerifySeconds, IReadOnlyList<string> Problems, Verdict? Verdict)
{
    /// <summary>Signs and verifies the small file, then the large one, and asks the judge where that is wanted.</summary>
    public static async Task<Measurement> RunAsync(
        LargeFile sample, TemporaryDirectory directory, string small, string large, bool asksJudge, CancellationToken cancellationToken)
    {
        using var signer = new IdleSigner();
        var signing = new Signing(FormatCatalog.Default.FindByFormatName(sample.Format)!, signer);
        await MeasureAsync(small, cancellationToken);
        var before = PeakMemory.Read();
        var (measured, edits) = await MeasureAsync(large, cancellationToken);
        measured = measured with { GrowthBytes = PeakMemory.Read() - before };
        return asksJudge && sample.Judge is { } judge && edits.Count > 0
            ? measured with { Verdict = await AskAsync(judge, signer, directory, large, edits, cancellationToken) }
            : measured;

        // Somebody may let a file be verified that nobody could sign; what comes out is of no account, the memory is.
        async Task LookAsync(Stream content, CancellationToken cancellationToken)
        {
            try
            {
                await signing.VerifyAsync(content, content, cancellationToken);
            }
            catch (SignatureFormatException)
            {
                // Refused as well.
            }
        }

        async Task<(Measurement Measured, IReadOnlyList<Edit> Edits)> MeasureAsync(string path, CancellationToken cancellationToken)
        {
            // Unbuffered: formats bring buffers of their own.
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            var clock = Stopwatch.StartNew();
            IReadOnlyList<Edit> edits;
            try
            {
                edits = await signing.SignAsync(file, cancellationToken);
            }
            catch (SignatureFormatException exception)
            {
                IReadOnlyList<string> unexpected = sample.Refusal is not { } words || !exception.Message.Contains(words, StringComparison.Ordinal)
                    ? [exception.Message]
                    : signing.ReachedKey ? ["It was refused only when the key had been asked."] : [];
                var refusedSeconds = clock.Elapsed.TotalSeconds;
                clock.Restart();
                await LookAsync(file, cancellationToken);
                return (new Measurement(file.Length, 0, refusedSeconds, clock.Elapsed.TotalSeconds, unexpected, null), []);
            }

            var signSeconds = clock.Elapsed.TotalSeconds;
            clock.Restart();
            await using var signed = new EditedStream(file, edits, leaveOpen: true);
            IReadOnlyList<string> problems = sample.Refusal is null
                ? await signing.VerifyAsync(file, signed, cancellationToken)
                : ["It was signed, and has to be refused."];
            return (new Measurement(file.Length, 0, signSeconds, clock.Elapsed.TotalSeconds, problems, null), edits);
        }
    }

    private static async Task<Verdict> AskAsync(
        Judge judge, IdleSigner signer, TemporaryDirectory directory, string large, IReadOnlyList<Edit> edits,
        CancellationToken cancellationToken)
    {
        var signed = directory.File("signed" + Path.GetExtension(large));
        await using (var content = new EditedStream(File.OpenRead(large), edits))
        {
            await SparseCopy.WriteAsync(content, signed, cancellationToken);
        }

        var openPgp = await OpenPgpKeyExport.CreateAsync(signer.AtWork, TimeProvider.System.GetUtcNow(), cancellationToken);
        var file = new JudgedFile(
            directory, large, signed, directory.File("roots.pem"), directory.File("stamps.pem"), directory.File("key.pem"),
            directory.File("key.asc"), openPgp.Fingerprint);
        await File.WriteAllTextAsync(file.SigningRoots, signer.CertificateChain[^1].ExportCertificatePem() + "\n", cancellationToken);
        await File.WriteAllTextAsync(file.TimestampRoots, signer.Timestamper.Root.ExportCertificatePem() + "\n", cancellationToken);
        await File.WriteAllTextAsync(
            file.PublicKey, signer.CertificateChain[0].PublicKey.GetRSAPublicKey()!.ExportSubjectPublicKeyInfoPem() + "\n", cancellationToken);
        await File.WriteAllBytesAsync(file.OpenPgpKey, openPgp.Armoured, cancellationToken);
        return await judge(file, cancellationToken);
    }
}
