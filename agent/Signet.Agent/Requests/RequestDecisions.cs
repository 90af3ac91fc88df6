using Google.Protobuf.WellKnownTypes;
using Signet.Agent.Configuration;
using Signet.Agent.Storage;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.Requests;

/// <summary>Operators' decisions on requests that wait. Each is bound to the manifest that the operator was shown.</summary>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class RequestDecisions(
    ConfigurationHolder configuration, IAgentStore store, RequestChanges changes, TimeProvider time)
{
    private const int MaxTextChars = 1000;

    /// <summary>Approves; with the last approval that the profile demands, the request can be signed.</summary>
    /// <param name="requestId">The request.</param>
    /// <param name="manifestSha256">Hash of the manifest that the operator saw, 32 bytes.</param>
    /// <param name="account">The operator.</param>
    /// <param name="comment">For the ledger, at most 1,000 characters; may be empty.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SigningException">
    /// UNKNOWN_REQUEST, NOT_GRANTED, MANIFEST_MISMATCH, INVALID_REQUEST, or why the request waits for nobody.
    /// </exception>
    public Task<RequestDetail> ApproveAsync(
        string requestId, byte[] manifestSha256, string account, string comment, CancellationToken cancellationToken) =>
        DecideAsync("ApproveRequest", requestId, comment, account, (transaction, request, profile, operators) =>
        {
            if (!request.ManifestSha256.AsSpan().SequenceEqual(manifestSha256))
            {
                throw new SigningException(ErrorReason.ManifestMismatch,
                    $"Request {requestId} is not what you were shown. Look at it again: signet requests show {requestId}");
            }

            if (profile.Approvals!.ExcludeStarter && ApprovalCount.HasStarted(request, account))
            {
                throw new SigningException(ErrorReason.NotGranted,
                    $"{account} started the build of request {requestId}, and profile '{profile.Name}' wants others to approve it.");
            }

            // What somebody approved who may not any more is in the ledger, and counts no more.
            var counting = ApprovalCount.Counting(request, profile, operators);
            if (counting.Any(approval => approval.Operator == account))
            {
                throw new SigningException(ErrorReason.InvalidRequest,
                    $"{account} has approved request {requestId} already; another operator has to.");
            }

            var now = time.GetUtcNow();
            var approved = request with
            {
                Approvals = [.. counting, new Approval { Operator = account, At = now.ToTimestamp() }],
            };
            if (approved.Approvals.Count >= approved.ApprovalsRequired)
            {
                approved = approved with { State = RequestState.Approved, ExpiresAt = now + profile.Limits.SigningWindow };
            }

            transaction.Append(RequestRecords.Approved(approved, account, comment));
            return approved;
        }, cancellationToken);

    /// <summary>Denies; nothing of the request is signed any more.</summary>
    /// <param name="requestId">The request.</param>
    /// <param name="account">The operator.</param>
    /// <param name="reason">What the job is told, 1 to 1,000 characters.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SigningException">UNKNOWN_REQUEST, NOT_GRANTED, INVALID_REQUEST, or why the request waits for nobody.</exception>
    public Task<RequestDetail> DenyAsync(
        string requestId, string account, string reason, CancellationToken cancellationToken) =>
        DecideAsync("DenyRequest", requestId, reason, account, (transaction, request, _, _) =>
        {
            if (string.IsNullOrWhiteSpace(reason))
            {
                throw new SigningException(ErrorReason.InvalidRequest, "A denial needs a reason, which the job is shown.");
            }

            var denied = Denied(request, reason);
            transaction.Append(RequestRecords.Ended(denied, "operator:" + account));
            return denied;
        }, cancellationToken);

    /// <summary>Denies every request that is open, whatever its profile says of who decides: the emergency stop.</summary>
    /// <param name="account">The operator.</param>
    /// <param name="reason">What the jobs are told.</param>
    /// <returns>How many were denied.</returns>
    public async Task<int> DenyAllAsync(string account, string reason)
    {
        var query = new RequestQuery { States = [RequestState.Pending, RequestState.Approved], Limit = int.MaxValue };

        // Not cancellable: whoever stops everything may not be there any more when it is done.
        var denied = await store.CommitAsync(
            transaction =>
            {
                var open = transaction.ListRequests(query);
                foreach (var request in open)
                {
                    var ended = Denied(request, reason);
                    transaction.UpdateRequest(ended);
                    transaction.Append(RequestRecords.Ended(ended, "operator:" + account));
                }

                return open.Select(request => request.RequestId).ToList();
            },
            CancellationToken.None);
        denied.ForEach(changes.Notify);
        return denied.Count;
    }

    private static StoredRequest Denied(StoredRequest request, string reason) => request with
    {
        State = RequestState.Denied,
        ExpiresAt = null,
        EndedReason = ErrorReason.Denied,
        EndedDetail = reason,
    };

    private async Task<RequestDetail> DecideAsync(
        string call, string requestId, string text, string account,
        Decision decide, CancellationToken cancellationToken)
    {
        RequestChecks.CheckRequestId(requestId);
        if (text.Length > MaxTextChars)
        {
            throw new SigningException(ErrorReason.InvalidRequest, $"The text has more than {MaxTextChars} characters.");
        }

        try
        {
            var detail = await DecideAsync(requestId, account, decide, cancellationToken);
            changes.Notify(requestId);
            return detail;
        }
        catch (SigningException exception) when (exception.Reason is ErrorReason.NotGranted or ErrorReason.ManifestMismatch)
        {
            // An operator who may not decide this, or decides about something else, is worth knowing.
            await store.CommitAsync(
                transaction => transaction.Append(RequestRecords.DecisionRefused(call, requestId, account, exception.Message)),
                CancellationToken.None);
            throw;
        }
    }

    private Task<RequestDetail> DecideAsync(
        string requestId, string account, Decision decide, CancellationToken cancellationToken) =>
        store.CommitAsync(
            transaction =>
            {
                // Read here and not before: whoever was removed while this waited for the writer decides nothing.
                var current = configuration.Current;
                var request = transaction.FindRequest(requestId)
                    ?? throw new SigningException(ErrorReason.UnknownRequest, $"There is no request {requestId}.");
                var profile = current.Profiles.FirstOrDefault(candidate => candidate.Name == request.Profile);
                if (profile?.Approvals?.From.Contains(account, StringComparer.Ordinal) != true)
                {
                    throw new SigningException(ErrorReason.NotGranted,
                        $"{account} is not one of the operators who decide on profile '{request.Profile}'.");
                }

                if (request.State != RequestState.Pending || request.ExpiresAt <= time.GetUtcNow())
                {
                    throw new SigningException(ErrorReason.InvalidRequest,
                        $"Request {requestId} does not wait for approval. Look at it: signet requests show {requestId}");
                }

                var decided = decide(transaction, request, profile, current.Operators);
                transaction.UpdateRequest(decided);
                return RequestViews.ToDetail(transaction, decided);
            },
            cancellationToken);

    private delegate StoredRequest Decision(
        IAgentTransaction transaction, StoredRequest request, ProfileConfiguration profile, IReadOnlyList<string> operators);
}
