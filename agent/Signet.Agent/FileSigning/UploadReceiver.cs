using System.Globalization;
using System.IO.Pipelines;
using System.Security.Cryptography;
using Signet.Agent.Storage;
using Signet.Formats;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.FileSigning;

/// <summary>
/// Takes an upload in: writes it to the spool, hashes it, and lets its format read it while it arrives, so that a file is
/// ready to be signed once its last byte is there; a small one is read in one go at its end. A file's size has no influence on
/// the memory used.
/// </summary>
internal sealed class UploadReceiver(SpoolDirectory spool, FormatCatalog formats)
{
    private const long ReportEveryBytes = 16L << 20;

    // How far the arrival may be ahead of the format's reading.
    private static readonly PipeOptions PipeLimits =
        new(pauseWriterThreshold: 1 << 20, resumeWriterThreshold: 512 << 10, minimumSegmentSize: 64 << 10, useSynchronizationContext: false);

    /// <summary>Receives the whole file.</summary>
    /// <param name="upload">Its content.</param>
    /// <param name="file">What the manifest says of it.</param>
    /// <param name="rule">Which format it is signed in.</param>
    /// <param name="choices">What was asked for it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The spooled file with what its format prepared. Dispose it.</returns>
    /// <exception cref="SigningException">MANIFEST_MISMATCH, UPLOAD_CORRUPT, or why the file can't be signed.</exception>
    public Task<ReceivedFile> ReceiveAsync(
        IUpload upload, StoredFile file, FormatRule rule, SigningChoices choices,
        CancellationToken cancellationToken) =>
        ReceiveAsync(upload, file, head => rule.Decide(formats, head.Bytes(), file.Name), choices, cancellationToken);

    /// <summary>Receives a whole file that is read as one format whatever it is.</summary>
    /// <param name="upload">Its content.</param>
    /// <param name="file">What the manifest says of it.</param>
    /// <param name="format">What reads it.</param>
    /// <param name="choices">What was asked for it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The spooled file with what its format prepared. Dispose it.</returns>
    /// <exception cref="SigningException">MANIFEST_MISMATCH, UPLOAD_CORRUPT, or what the format refuses.</exception>
    public Task<ReceivedFile> ReceiveAsync(
        IUpload upload, StoredFile file, ISignatureFormat format, SigningChoices choices, CancellationToken cancellationToken) =>
        ReceiveAsync(upload, file, _ => format, choices, cancellationToken);

    private async Task<ReceivedFile> ReceiveAsync(
        IUpload upload, StoredFile file, Func<HeadBuffer, ISignatureFormat> find, SigningChoices choices,
        CancellationToken cancellationToken)
    {
        var content = spool.Create(file.SizeBytes);
        try
        {
            return await ReceiveAsync(upload, file, find, choices, content, cancellationToken);
        }
        catch
        {
            await content.DisposeAsync();
            throw;
        }
    }

    private static async Task<ReceivedFile> ReceiveAsync(
        IUpload upload, StoredFile file, Func<HeadBuffer, ISignatureFormat> find, SigningChoices choices,
        SpooledFile content, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var head = new HeadBuffer();
        var isSmall = content.IsInMemory;
        ISignatureFormat? format = null;
        Reading? reading = null;
        long received = 0;
        long nextReport = ReportEveryBytes;
        try
        {
            while (await upload.ReadChunkAsync(cancellationToken) is { } chunk)
            {
                received += chunk.Length;
                if (received > file.SizeBytes)
                {
                    throw Mismatch(file, string.Create(CultureInfo.InvariantCulture,
                        $"more than the {file.SizeBytes} bytes of the manifest arrived"));
                }

                hash.AppendData(chunk.Span);
                content.Write(chunk.Span);
                head.Add(chunk);
                if (reading is not null)
                {
                    await reading.FeedAsync(chunk, cancellationToken);
                }
                else if (format is null && head.IsFull && !isSmall)
                {
                    format = find(head);
                    reading = format.RequiresRandomAccess ? null : await StartAsync(format, head, choices, stopping.Token);
                    head.Release();
                }

                if (received >= nextReport)
                {
                    nextReport += ReportEveryBytes;
                    await upload.ReportAsync(SignFileStage.Receiving, received, cancellationToken);
                }
            }

            CheckArrived(file, received, hash.GetHashAndReset());
            format ??= find(head);
            var prepared = reading is null
                ? await format.PrepareAsync(content.OpenReader(), choices, cancellationToken)
                : await reading.FinishAsync(cancellationToken);
            return new ReceivedFile(content, format, prepared);
        }
        catch (SignatureFormatException exception)
        {
            throw FormatErrors.ToSigningException(exception, file.Name);
        }
        finally
        {
            await stopping.CancelAsync();
            if (reading is not null)
            {
                await reading.DisposeAsync();
            }
        }
    }

    private static async Task<Reading> StartAsync(
        ISignatureFormat format, HeadBuffer head, SigningChoices choices, CancellationToken cancellationToken)
    {
        var reading = new Reading(format, choices, PipeLimits, cancellationToken);
        foreach (var chunk in head.Chunks)
        {
            await reading.FeedAsync(chunk, cancellationToken);
        }

        return reading;
    }

    private static void CheckArrived(StoredFile file, long received, byte[] sha256)
    {
        if (received < file.SizeBytes)
        {
            throw new SigningException(ErrorReason.UploadCorrupt, string.Create(CultureInfo.InvariantCulture,
                $"Only {received} of {file.SizeBytes} bytes of file '{file.Name}' arrived. Send it again from its start."));
        }

        if (!sha256.AsSpan().SequenceEqual(file.Sha256))
        {
            throw Mismatch(file, "its SHA-256 is " + Convert.ToHexStringLower(sha256)
                + ", the manifest says " + Convert.ToHexStringLower(file.Sha256));
        }
    }

    private static SigningException Mismatch(StoredFile file, string what) => new(ErrorReason.ManifestMismatch,
        $"What arrived as file '{file.Name}' is not what the request was opened for: {what}. Open a new request for it.");
}
