using Signet.Agent.Configuration;
using Signet.Agent.Storage;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.Requests;

/// <summary>
/// Counts the approvals of a request that count now: an operator who was removed since, who may not decide on the profile any
/// more, or who started the build where the profile excludes that, has approved nothing.
/// </summary>
internal static class ApprovalCount
{
    /// <summary>The approvals by operators who still may approve, one for each, oldest first.</summary>
    public static IReadOnlyList<Approval> Counting(
        StoredRequest request, ProfileConfiguration profile, IReadOnlyList<string> operators) =>
        profile.Approvals is not { } approvals ? [] : [.. request.Approvals
            .Where(approval => operators.Contains(approval.Operator, StringComparer.Ordinal)
                && approvals.From.Contains(approval.Operator, StringComparer.Ordinal)
                && !(approvals.ExcludeStarter && HasStarted(request, approval.Operator)))
            .DistinctBy(approval => approval.Operator, StringComparer.Ordinal)];

    /// <summary>Whether the build of a request was started by an account. Jenkins does not tell accounts apart by case.</summary>
    public static bool HasStarted(StoredRequest request, string account) =>
        request.Build.HasStartedBy && request.Build.StartedBy.Equals(account, StringComparison.OrdinalIgnoreCase);

    /// <summary>Refuses to sign for a request that has fewer approvals than its profile asks for now.</summary>
    /// <exception cref="SigningException">NOT_APPROVED.</exception>
    public static void Require(StoredRequest request, ProfileConfiguration profile, int counted)
    {
        var required = profile.Approvals?.Required ?? 0;
        if (counted < required)
        {
            throw new SigningException(
                ErrorReason.NotApproved,
                $"Profile '{profile.Name}' asks for {required} approval(s) by its present operators since its configuration was "
                + $"changed; request {request.RequestId} has {counted}. Open a new request.");
        }
    }
}
