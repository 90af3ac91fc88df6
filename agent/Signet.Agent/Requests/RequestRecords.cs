using Signet.Agent.Ledger;
using Signet.Agent.Storage;
using Signet.Protocol.V1;

namespace Signet.Agent.Requests;

/// <summary>The ledger records of a request's life. docs/ledger.md lists their fields.</summary>
internal static class RequestRecords
{
    /// <summary>A controller opened the request.</summary>
    public static LedgerRecord Created(StoredRequest request, int files)
    {
        var fields = Common(request);
        fields["buildUrl"] = request.Build.Url;
        fields["startedBy"] = request.Build.HasStartedBy ? request.Build.StartedBy : null;
        fields["causes"] = request.Build.Causes.Cast<object?>().ToList();
        fields["node"] = request.Build.Node;
        fields["scmUrl"] = request.Build.Scm?.Url;
        fields["scmBranch"] = request.Build.Scm?.Branch;
        fields["scmCommit"] = request.Build.Scm?.Commit;
        fields["definitionSha256"] = request.Build.HasDefinitionSha256 ? request.Build.DefinitionSha256.ToByteArray() : null;
        fields["format"] = request.Options.Format.Length > 0 ? request.Options.Format : null;
        fields["files"] = files;
        fields["manifestSha256"] = request.ManifestSha256;
        fields["approvalsRequired"] = request.ApprovalsRequired;
        fields["state"] = request.State.ToString();
        return new LedgerRecord(LedgerKinds.RequestCreated, "controller:" + request.Controller, fields);
    }

    /// <summary>An operator approved the request.</summary>
    /// <param name="request">The request with the approval.</param>
    /// <param name="account">The operator.</param>
    /// <param name="comment">What the operator wrote; may be empty.</param>
    public static LedgerRecord Approved(StoredRequest request, string account, string comment)
    {
        var fields = Common(request);
        fields["manifestSha256"] = request.ManifestSha256;
        fields["approvals"] = request.Approvals.Count;
        fields["approvalsRequired"] = request.ApprovalsRequired;
        if (comment.Length > 0)
        {
            fields["comment"] = comment;
        }

        return new LedgerRecord(LedgerKinds.RequestApproved, "operator:" + account, fields);
    }

    /// <summary>The request ended.</summary>
    /// <param name="request">The request in its last state.</param>
    /// <param name="actor">Who ended it.</param>
    public static LedgerRecord Ended(StoredRequest request, string actor)
    {
        var kind = request.State switch
        {
            RequestState.Completed => LedgerKinds.RequestCompleted,
            RequestState.Cancelled => LedgerKinds.RequestCancelled,
            RequestState.Expired => LedgerKinds.RequestExpired,
            RequestState.Denied => LedgerKinds.RequestDenied,
            _ => LedgerKinds.RequestFailed,
        };
        var fields = Common(request);
        if (request.EndedDetail.Length > 0)
        {
            fields["detail"] = request.EndedDetail;
        }

        return new LedgerRecord(kind, actor, fields);
    }

    /// <summary>What every record about a request holds.</summary>
    public static Dictionary<string, object?> Common(StoredRequest request) => new(StringComparer.Ordinal)
    {
        ["requestId"] = request.RequestId,
        ["controller"] = request.Controller,
        ["credential"] = request.Credential,
        ["job"] = request.Build.JobFullName,
        ["build"] = request.Build.Number,
        ["profile"] = request.Profile,
    };

    /// <summary>An operator's decision that was refused.</summary>
    public static LedgerRecord DecisionRefused(string call, string requestId, string account, string detail) => new(
        LedgerKinds.OperatorRefused, "operator:" + account,
        new Dictionary<string, object?>(StringComparer.Ordinal) { ["call"] = call, ["requestId"] = requestId, ["detail"] = detail });
}
