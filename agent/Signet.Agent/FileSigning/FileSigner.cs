using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Signet.Agent.Configuration;
using Signet.Agent.Keys;
using Signet.Agent.Ledger;
using Signet.Agent.Requests;
using Signet.Agent.Rights;
using Signet.Agent.Storage;
using Signet.Agent.Timestamping;
using Signet.Formats.Containers;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.FileSigning;

/// <summary>
/// Signs one file of an approved request: receive, sign, stamp, verify, record; only then is there an answer. What fails
/// on the way is recorded too, and its signature, if the token made one, is thrown away. The right to it is asked again when
/// the content is there and when the signature is recorded.
/// </summary>
/// <remarks>Safe for use by several threads at once; one file of one request is signed by one caller at a time.</remarks>
internal sealed class FileSigner(
    IAgentStore store,
    ConfigurationHolder configuration,
    SigningRights rights,
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
    /// <param name="call">The call, with its caller and its request.</param>
    /// <param name="profile">The profile when the call began.</param>
    /// <param name="fileName">The file.</param>
    /// <param name="upload">Its content.</param>
    /// <param name="cancellationToken">The caller has gone.</param>
    /// <exception cref="SigningException">Why there is no signature; the ledger has it too.</exception>
    public async Task<SigningAnswer> SignAsync(
        OpenCall call, ProfileConfiguration profile, string fileName, IUpload upload, CancellationToken cancellationToken)
    {
        using var running = inFlight.Enter();
        using var exclusive = await _locks.EnterAsync(call.RequestId + "/" + fileName, cancellationToken);
        var (result, file) = await store.ReadAsync(
            reader => (reader.FindResult(call.RequestId, fileName), reader.FindFile(call.RequestId, fileName)),
            cancellationToken);
        try
        {
            var request = await call.ReadAsync(store);
            profile = rights.Require(call.Caller, request, file);
            await rights.RequireFileCountAsync(store, request, profile, cancellationToken);
            if (result is not null)
            {
                return await store.ReadAsync(reader => WithReceipt(reader, result), cancellationToken);
            }

            if (file is null)
            {
                throw new SigningException(
                    ErrorReason.ManifestMismatch, $"File '{fileName}' is not in the manifest of request {request.RequestId}.");
            }

            return await SignNewAsync(call, profile, file, upload, cancellationToken);
        }
        catch (OperationCanceledException) when (call.Lost is { } lost)
        {
            await RecordFailureAsync(call.Request, profile, fileName, lost);
            throw lost;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            await RecordFailureAsync(call.Request, profile, fileName, exception);
            throw;
        }
    }

    private async Task<SigningAnswer> SignNewAsync(
        OpenCall call, ProfileConfiguration began, StoredFile file, IUpload upload, CancellationToken cancellationToken)
    {
        // Before the upload, so that nobody sends a gigabyte to a locked token.
        RequireReady(began, call.RequestId);
        var paced = new PacedUpload(upload, configuration, time);
        call.Watch(request =>
        {
            RequireReady(rights.Require(call.Caller, request, file), request.RequestId);
            paced.Require(file.Name);
        });
        var request = call.Request;
        var isCatalog = request.Options.Catalog == file.Name;
        if (request.Options.Catalog.Length > 0 && !isCatalog)
        {
            var (member, memberRecord) = await catalogs.ReceiveMemberAsync(request, file, paced, call.Token);
            call.Unwatch();
            return await CommitAsync(call, file, began, null, _ => ([], memberRecord), member, []);
        }

        using var reserved = await budget.ReserveAsync(began, call.Token);

        var choices = SigningChoicesMap.FromMessage(request.Options);
        await using var received = isCatalog
            ? await catalogs.MakeAsync(request, choices, paced, call.Token)
            : await receiver.ReceiveAsync(paced, file, RuleOf(request, began), choices, call.Token);

        // The content is there. From here on the right is asked before each use of the key, and nothing ends in between.
        call.Unwatch();
        request = await call.ReadAsync(store);
        var profile = rights.Require(call.Caller, request, file);
        if (!ReferenceEquals(profile, began))
        {
            SignatureTerms.RequireFormats(began, profile, [received.Format.Name]);
            await store.ReadAsync(
                reader =>
                {
                    rights.RequireFileCount(reader, request, profile);
                    budget.RequireStill(reader, began, profile);
                    return true;
                },
                cancellationToken);
        }

        SignatureTerms? terms = null;
        var signer = RequireReady(
            profile, request.RequestId,
            async () => terms!.Require(rights.Require(call.Caller, await call.ReadAsync(store), file), keys));
        var isContainer = received.Format is IContainerFormat container && (profile.Recurse || !container.IsSignedItself);
        terms = new SignatureTerms(profile, signer, [received.Format.Name], isContainer && profile.Recurse);
        if (isContainer)
        {
            await upload.ReportAsync(SignFileStage.Signing, file.SizeBytes, cancellationToken);
            var signed = await containers.SignAsync(
                received, file.Name, profile, choices, signer, NewStamper, cancellationToken);
            terms = terms with { Formats = [received.Format.Name, .. signed.Inner.Select(part => part.Format).Distinct()] };
            return await RecordAsync(
                call, began, terms, file, received.Format, signed.Outer.TimestampServer, signed.Outer.Verified, signed.Edits, signed.Inner);
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
        return await RecordAsync(call, began, terms, file, received.Format, stamper?.Server, verified, answered, []);

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
        OpenCall call, ProfileConfiguration began, SignatureTerms terms, StoredFile file, Formats.ISignatureFormat format,
        Uri? timestampServer, CheckedSignature verified, IReadOnlyList<Formats.Edit> edits, IReadOnlyList<InnerSignature> inner)
    {
        var (profile, signer) = (terms.Used, terms.Signer);
        var signed = Describe(file.Name, file.Sha256, format.Name, signer, verified);
        if (format is Formats.IDetachedFormat detached)
        {
            signed.DetachedSuffix = detached.Suffix;
        }

        var members = call.Request.Options.Catalog == file.Name
            ? await catalogs.ListAsync(call.Request, CancellationToken.None) : null;
        return await CommitAsync(
            call, file, began, terms,

            // What lies inside was signed first and stands first.
            request => ([.. inner.Select(part => SigningRecords.Signed(
                request, profile, Describe(part.Name, part.OriginalSha256, part.Format, signer, part.Verified), part.OriginalSizeBytes,
                signer.KeyName, part.TimestampServer))],
                SigningRecords.Signed(request, profile, signed, file.SizeBytes, signer.KeyName, timestampServer, members)),
            signed, EditMessages.From(edits));
    }

    private async Task<SigningAnswer> CommitAsync(
        OpenCall call, StoredFile file, ProfileConfiguration began, SignatureTerms? terms,
        Func<StoredRequest, (IReadOnlyList<LedgerRecord> Inner, LedgerRecord Outer)> describe, SignedFile signed, IReadOnlyList<Edit> edits)
    {
        var answer = await store.CommitAsync(
            transaction =>
            {
                // What ended the right first wins: this signature never leaves.
                var current = transaction.FindRequest(call.RequestId)!;
                var now = rights.Require(call.Caller, current, file);
                if (!ReferenceEquals(now, began))
                {
                    rights.RequireFileCount(transaction, current, now);
                }

                if (terms is not null)
                {
                    terms.Require(now, keys);
                    budget.RequireStill(transaction, began, now);
                }

                var (inner, outer) = describe(rights.WithCountingApprovals(current, now));
                foreach (var innerRecord in inner)
                {
                    transaction.Append(innerRecord);
                }

                var index = transaction.Append(outer);
                var result = new StoredResult(time.GetUtcNow(), index, signed, edits);
                transaction.SaveResult(current.RequestId, signed.Name, result);
                RequestLifecycle.CompleteWhenSigned(transaction, current);
                return result;
            },
            WithReceipt,
            CancellationToken.None);
        changes.Notify(call.RequestId);
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

    private TokenSigner RequireReady(
        ProfileConfiguration profile, string requestId, Func<ValueTask>? requireRight = null) => store.IsWritable
        ? keys.SignerFor(profile, requestId, requireRight)
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
