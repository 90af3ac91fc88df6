using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Signet.Agent.Configuration;
using Signet.Agent.Keys;
using Signet.Agent.Ledger;
using Signet.Agent.Requests;
using Signet.Agent.Storage;
using Signet.Agent.Timestamping;
using Signet.Formats.Containers;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.FileSigning;

/// <summary>
/// Signs one file of an approved request: receive, sign, stamp, verify, record; only then is there an answer. What fails
/// on the way is recorded too, and its signature, if the token made one, is thrown away.
/// </summary>
/// <remarks>Safe for use by several threads at once; one file of one request is signed by one caller at a time.</remarks>
internal sealed class FileSigner(
    IAgentStore store,
    KeyRing keys,
    UploadReceiver receiver,
    SignatureCheck check,
    ContainerSigner containers,
    CatalogMaker catalogs,
    TimestampClients timestamps,
    HourlyBudget budget,
    RequestChanges changes,
    InFlight inFlight,
    TimeProvider time)
{
    // Each message wakes the client, which does more than a token that answers at once is worth.
    private static readonly TimeSpan ToldAfter = TimeSpan.FromMilliseconds(250);

    private readonly KeyedLocks _locks = new();

    /// <summary>Signs the file, or answers with the stored result where it is signed already.</summary>
    /// <exception cref="SigningException">Why there is no signature; the ledger has it too.</exception>
    public async Task<SigningAnswer> SignAsync(
        StoredRequest request, ProfileConfiguration profile, string fileName, IUpload upload,
        CancellationToken cancellationToken)
    {
        using var running = inFlight.Enter();
        using var exclusive = await _locks.EnterAsync(request.RequestId + "/" + fileName, cancellationToken);
        var (result, file) = await store.ReadAsync(
            reader => (reader.FindResult(request.RequestId, fileName), reader.FindFile(request.RequestId, fileName)),
            cancellationToken);
        if (result is not null)
        {
            return await store.ReadAsync(reader => WithReceipt(reader, result), cancellationToken);
        }

        try
        {
            RequestLifecycle.RequireSignable(request);
            RequestLifecycle.RequireApprovals(request, profile);
            if (file is null)
            {
                throw new SigningException(
                    ErrorReason.ManifestMismatch, $"File '{fileName}' is not in the manifest of request {request.RequestId}.");
            }

            return await SignNewAsync(request, profile, file, upload, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            await RecordFailureAsync(request, profile, fileName, exception);
            throw;
        }
    }

    private async Task<SigningAnswer> SignNewAsync(
        StoredRequest request, ProfileConfiguration profile, StoredFile file, IUpload upload,
        CancellationToken cancellationToken)
    {
        // Before the upload, so that nobody sends a gigabyte to a locked token.
        RequireReady(profile, request.RequestId);
        var isCatalog = request.Options.Catalog == file.Name;
        if (request.Options.Catalog.Length > 0 && !isCatalog)
        {
            var (member, memberRecord) = await catalogs.ReceiveMemberAsync(request, file, upload, cancellationToken);
            return await CommitAsync(request, [], memberRecord, member, []);
        }

        using var reserved = await budget.ReserveAsync(profile, cancellationToken);

        var choices = SigningChoicesMap.FromMessage(request.Options);
        await using var received = isCatalog
            ? await catalogs.MakeAsync(request, choices, upload, cancellationToken)
            : await receiver.ReceiveAsync(upload, file, RuleOf(request, profile), choices, cancellationToken);

        var signer = RequireReady(profile, request.RequestId);
        if (received.Format is IContainerFormat container && (profile.Recurse || !container.IsSignedItself))
        {
            await upload.ReportAsync(SignFileStage.Signing, file.SizeBytes, cancellationToken);
            var signed = await containers.SignAsync(
                received, file.Name, profile, choices, signer, NewStamper, cancellationToken);
            return await RecordAsync(
                request, profile, file, received.Format, signer, signed.Outer.TimestampServer, signed.Outer.Verified, signed.Edits,
                signed.Inner);
        }

        var stamper = NewStamper(received.Format);
        var edits = await SignPreparedAsync(received, file, signer, stamper, upload, cancellationToken);

        if (!received.Content.IsInMemory)
        {
            // What is small is verified before anybody could read this.
            await upload.ReportAsync(SignFileStage.Verifying, file.SizeBytes, cancellationToken);
        }

        var verified = await check.VerifyAsync(
            received, edits, signer, stamper is not null, cancellationToken);

        var answered = isCatalog ? await CatalogMaker.FromNothingAsync(received, edits, cancellationToken) : edits;
        return await RecordAsync(request, profile, file, received.Format, signer, stamper?.Server, verified, answered, []);

        SignatureTimestamper? NewStamper(Formats.ISignatureFormat format) =>
            profile.Timestamp is { } stampers && format.CarriesTimestamps
                ? new SignatureTimestamper(timestamps.Get(stampers))
                : null;
    }

    private static FormatRule RuleOf(StoredRequest request, ProfileConfiguration profile) => new(
        profile.Formats.ToHashSet(StringComparer.Ordinal),
        request.Options.Format.Length > 0 ? request.Options.Format : null);

    private async Task<IReadOnlyList<Formats.Edit>> SignPreparedAsync(
        ReceivedFile received, StoredFile file, TokenSigner signer, SignatureTimestamper? stamper, IUpload upload,
        CancellationToken cancellationToken)
    {
        try
        {
            var signing = received.Prepared.SignAsync(signer, stamper, cancellationToken);
            await ((Task)signing.WaitAsync(ToldAfter, time, CancellationToken.None))
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!signing.IsCompleted)
            {
                // Both, whichever fails: what is signed must not be let go of while it is being signed.
                await Task.WhenAll(signing, upload.ReportAsync(SignFileStage.Signing, file.SizeBytes, cancellationToken));
            }

            return await signing;
        }
        catch (Formats.SignatureFormatException exception)
        {
            throw FormatErrors.ToSigningException(exception, file.Name);
        }
    }

    // Not cancellable from here on: the key was used, and what was signed is recorded.
    private async Task<SigningAnswer> RecordAsync(
        StoredRequest request, ProfileConfiguration profile, StoredFile file, Formats.ISignatureFormat format, TokenSigner signer,
        Uri? timestampServer, CheckedSignature verified, IReadOnlyList<Formats.Edit> edits, IReadOnlyList<InnerSignature> inner)
    {
        var signed = Describe(file.Name, file.Sha256, format.Name, signer, verified);
        if (format is Formats.IDetachedFormat detached)
        {
            signed.DetachedSuffix = detached.Suffix;
        }

        var members = request.Options.Catalog == file.Name ? await catalogs.ListAsync(request, CancellationToken.None) : null;
        var record = SigningRecords.Signed(
            request, profile, signed, file.SizeBytes, signer.KeyName, timestampServer, members);

        // What lies inside was signed first and stands first.
        var innerRecords = inner.Select(part => SigningRecords.Signed(
            request, profile, Describe(part.Name, part.OriginalSha256, part.Format, signer, part.Verified), part.OriginalSizeBytes,
            signer.KeyName, part.TimestampServer)).ToList();
        return await CommitAsync(request, innerRecords, record, signed, EditMessages.From(edits));
    }

    private async Task<SigningAnswer> CommitAsync(
        StoredRequest request, IReadOnlyList<LedgerRecord> innerRecords, LedgerRecord record, SignedFile file,
        IReadOnlyList<Edit> edits)
    {
        var answer = await store.CommitAsync(
            transaction =>
            {
                // A cancellation that came first wins: this signature never leaves.
                var current = transaction.FindRequest(request.RequestId)!;
                RequestLifecycle.RequireSignable(current);
                foreach (var innerRecord in innerRecords)
                {
                    transaction.Append(innerRecord);
                }

                var index = transaction.Append(record);
                var result = new StoredResult(time.GetUtcNow(), index, file, edits);
                transaction.SaveResult(request.RequestId, file.Name, result);
                RequestLifecycle.CompleteWhenSigned(transaction, current);
                return result;
            },
            WithReceipt,
            CancellationToken.None);
        changes.Notify(request.RequestId);
        return answer;
    }

    private static SignedFile Describe(
        string name, byte[] originalSha256, string format, TokenSigner signer, CheckedSignature verified)
    {
        var certificate = signer.CertificateChain[0];
        return new SignedFile
        {
            Name = name,
            OriginalSha256 = ByteString.CopyFrom(originalSha256),
            SignedSha256 = ByteString.CopyFrom(verified.Sha256),
            SignedSizeBytes = verified.SizeBytes,
            Format = format,
            CertificateSubject = certificate.Subject,
            CertificateSha256 = ByteString.CopyFrom(System.Security.Cryptography.SHA256.HashData(certificate.RawData)),
            CertificateNotAfter = new DateTimeOffset(certificate.NotAfter.ToUniversalTime()).ToTimestamp(),
            Timestamp = verified.Timestamp?.ToTimestamp(),
        };
    }

    private static SigningAnswer WithReceipt(IAgentReader reader, StoredResult result)
    {
        var file = result.File.Clone();
        file.Receipt = reader.GetReceipt(result.LeafIndex);
        return new SigningAnswer(file, result.Edits);
    }

    private TokenSigner RequireReady(ProfileConfiguration profile, string requestId) => store.IsWritable
        ? keys.SignerFor(profile, requestId)
        : throw new SigningException(ErrorReason.LedgerUnavailable,
            "The ledger cannot be written, so nothing is signed. An operator has to look at the signing node's disk.");

    private async Task RecordFailureAsync(
        StoredRequest request, ProfileConfiguration profile, string fileName, Exception exception)
    {
        if (exception is SigningException { Reason: ErrorReason.LedgerUnavailable })
        {
            return;
        }

        await store.CommitAsync(
            transaction => transaction.Append(SigningRecords.Failed(request, profile, fileName, exception)),
            CancellationToken.None);
    }
}

/// <summary>The answer to the one who wanted a file signed.</summary>
/// <param name="File">What was signed, with its receipt.</param>
/// <param name="Edits">What turns the original into the signed file.</param>
internal sealed record SigningAnswer(SignedFile File, IReadOnlyList<Edit> Edits);
