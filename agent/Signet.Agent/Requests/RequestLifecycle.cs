using Signet.Agent.Access;
using Signet.Agent.Configuration;
using Signet.Agent.Storage;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.Requests;

/// <summary>Opens, ends and expires requests. Every change is in the store with its ledger record, or did not happen.</summary>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class RequestLifecycle(IAgentStore store, RequestChanges changes, TimeProvider time)
{
    /// <summary>Whether a request in this state can still change.</summary>
    public static bool IsActive(RequestState state) => state is RequestState.Pending or RequestState.Approved;

    /// <summary>Opens a request; a repeat of the same one answers with the request as it stands.</summary>
    /// <param name="caller">Who asks; authorized for job and profile already.</param>
    /// <param name="message">The request, checked already.</param>
    /// <param name="profile">The profile that it names.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SigningException">INVALID_REQUEST: the id stands for another request already.</exception>
    public async Task<SigningRequest> CreateAsync(
        CallerIdentity caller, CreateRequestRequest message, ProfileConfiguration profile,
        CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var approvals = profile.Approvals?.Required ?? 0;
        var request = new StoredRequest
        {
            RequestId = message.RequestId,
            Controller = caller.Controller,
            Credential = caller.Credential,
            Profile = profile.Name,
            Build = message.Build,
            Options = message.Options,
            ManifestSha256 = ManifestDigest.Compute(message),
            CreatedAt = now,
            ApprovalsRequired = approvals,
            State = approvals == 0 ? RequestState.Approved : RequestState.Pending,
            ExpiresAt = now + (approvals == 0 ? profile.Limits.SigningWindow : profile.Limits.ApprovalWindow),
        };
        var files = message.Files
            .Select(file => new StoredFile(file.Name, file.SizeBytes, file.Sha256.ToByteArray(), SignedAt: null)).ToList();
        if (message.Options.Catalog.Length > 0)
        {
            // The catalog is made here, out of an empty file; the request is complete when it is signed.
            files.Add(new StoredFile(
                message.Options.Catalog, 0, System.Security.Cryptography.SHA256.HashData([]), SignedAt: null));
        }


        var opened = await store.CommitAsync(
            transaction =>
            {
                if (transaction.FindRequest(request.RequestId) is { } existing)
                {
                    return RequestViews.ToMessage(transaction, SameOrThrow(existing, request));
                }

                transaction.InsertRequest(request, files);
                transaction.Append(RequestRecords.Created(request, files.Count));
                return RequestViews.ToMessage(transaction, request);
            },
            cancellationToken);
        changes.Notify(request.RequestId);
        return opened;
    }

    /// <summary>The request, expired now where its time has come; only for the controller and credential that opened it.</summary>
    /// <exception cref="SigningException">UNKNOWN_REQUEST, also for a request of somebody else.</exception>
    public async Task<StoredRequest> FindAsync(
        CallerIdentity caller, string requestId, CancellationToken cancellationToken)
    {
        RequestChecks.CheckRequestId(requestId);
        var request = await store.ReadAsync(reader => reader.FindRequest(requestId), cancellationToken);
        if (request is null || request.Controller != caller.Controller || request.Credential != caller.Credential)
        {
            throw Unknown(requestId);
        }

        return IsOverdue(request) ? await ExpireAsync(requestId, cancellationToken) : request;
    }

    /// <summary>Ends an active request because its job wants that. A request that ended before stays as it is.</summary>
    public async Task<SigningRequest> CancelAsync(
        StoredRequest request, string comment, CancellationToken cancellationToken)
    {
        var message = await store.CommitAsync(
            transaction =>
            {
                var current = transaction.FindRequest(request.RequestId) ?? throw Unknown(request.RequestId);
                if (IsActive(current.State))
                {
                    current = current with
                    {
                        State = RequestState.Cancelled,
                        ExpiresAt = null,
                        EndedReason = ErrorReason.Cancelled,
                        EndedDetail = comment.Length > 0 ? comment : "The job cancelled the request.",
                    };
                    transaction.UpdateRequest(current);
                    transaction.Append(RequestRecords.Ended(current, "controller:" + current.Controller));
                }

                return RequestViews.ToMessage(transaction, current);
            },
            cancellationToken);
        changes.Notify(request.RequestId);
        return message;
    }

    /// <summary>Ends every request whose time has come.</summary>
    public async Task ExpireOverdueAsync(CancellationToken cancellationToken)
    {
        var query = new RequestQuery
        {
            States = [RequestState.Pending, RequestState.Approved],
            ExpiredAt = time.GetUtcNow(),
            Limit = 1000,
        };
        var overdue = await store.ReadAsync(reader => reader.ListRequests(query), cancellationToken);
        foreach (var request in overdue)
        {
            await ExpireAsync(request.RequestId, cancellationToken);
        }
    }

    /// <summary>
    /// Inside a commit that saves the last signature of a request: completes it where no file is left unsigned.
    /// </summary>
    public static void CompleteWhenSigned(IAgentTransaction transaction, StoredRequest request)
    {
        if (!transaction.HasUnsignedFile(request.RequestId))
        {
            var completed = request with { State = RequestState.Completed, ExpiresAt = null };
            transaction.UpdateRequest(completed);
            transaction.Append(RequestRecords.Ended(completed, "agent"));
        }
    }

    /// <summary>Refuses to sign for a request that is not approved, or whose time has come, saying why.</summary>
    /// <param name="request">The request.</param>
    /// <param name="approvals">How many of its approvals count.</param>
    /// <param name="now">The time now.</param>
    /// <exception cref="SigningException">NOT_APPROVED, DENIED, EXPIRED, CANCELLED or the reason for which it failed.</exception>
    public static void RequireSignable(StoredRequest request, int approvals, DateTimeOffset now)
    {
        var id = request.RequestId;
        switch (request.State)
        {
            case RequestState.Approved or RequestState.Pending when request.ExpiresAt <= now:
                throw new SigningException(ErrorReason.Expired, $"Request {id} has expired. Open a new one.");
            case RequestState.Approved or RequestState.Completed:
                return;
            case RequestState.Pending:
                var missing = Math.Max(1, request.ApprovalsRequired - approvals);
                throw new SigningException(ErrorReason.NotApproved, $"Request {id} waits for {missing} more approval(s).");
            case RequestState.Expired:
                throw new SigningException(ErrorReason.Expired, $"Request {id} has expired. Open a new one.");
            case RequestState.Denied:
                throw new SigningException(ErrorReason.Denied, $"Request {id} was denied: {request.EndedDetail}");
            case RequestState.Cancelled:
                throw new SigningException(ErrorReason.Cancelled, $"Request {id} was cancelled.");
            default:
                throw new SigningException(
                    request.EndedReason == ErrorReason.Unspecified ? ErrorReason.Internal : request.EndedReason,
                    $"Request {id} has failed: {request.EndedDetail}");
        }
    }

    private bool IsOverdue(StoredRequest request) =>
        IsActive(request.State) && request.ExpiresAt is { } end && end <= time.GetUtcNow();

    private async Task<StoredRequest> ExpireAsync(string requestId, CancellationToken cancellationToken)
    {
        var expired = await store.CommitAsync(
            transaction =>
            {
                var current = transaction.FindRequest(requestId) ?? throw Unknown(requestId);
                if (!IsOverdue(current))
                {
                    return current;
                }

                current = current with
                {
                    EndedReason = ErrorReason.Expired,
                    EndedDetail = current.State == RequestState.Pending
                        ? "Nobody approved it in time." : "It was not signed in time.",
                    State = RequestState.Expired,
                    ExpiresAt = null,
                };
                transaction.UpdateRequest(current);
                transaction.Append(RequestRecords.Ended(current, "agent"));
                return current;
            },
            cancellationToken);
        changes.Notify(requestId);
        return expired;
    }

    private static StoredRequest SameOrThrow(StoredRequest existing, StoredRequest repeat) =>
        existing.Controller == repeat.Controller && existing.Credential == repeat.Credential
            && existing.Profile == repeat.Profile && existing.Build.Number == repeat.Build.Number
            && existing.ManifestSha256.AsSpan().SequenceEqual(repeat.ManifestSha256)
            ? existing
            : throw new SigningException(ErrorReason.InvalidRequest,
                $"request_id {repeat.RequestId} stands for another request already. Choose a new one.");

    private static SigningException Unknown(string requestId) =>
        new(ErrorReason.UnknownRequest, $"There is no request {requestId} of this controller and credential.");
}
