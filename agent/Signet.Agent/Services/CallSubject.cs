using Signet.Agent.Access;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.Services;

/// <summary>What a controller's call is about, for the record of its refusal.</summary>
internal sealed record CallSubject
{
    /// <summary>Full name of the job, as the call gives it; null where it gives none.</summary>
    public string? Job { get; init; }

    /// <summary>Name of the profile, as the call gives it; null where it gives none.</summary>
    public string? Profile { get; init; }

    /// <summary>Id of the request, as the call gives it; null where it gives none.</summary>
    public string? RequestId { get; init; }

    /// <summary>Name of the file to be signed; null for a call that signs none.</summary>
    public string? FileName { get; init; }

    /// <summary>
    /// The kind under which a refusal is still to be recorded; null where it has its record already, or is none.
    /// </summary>
    /// <param name="reason">Why the call failed.</param>
    private RefusalKind? KindToRecord(ErrorReason reason) => reason switch
    {
        ErrorReason.InvalidRequest => RefusalKind.InvalidRequest,
        ErrorReason.UnknownRequest => RefusalKind.UnknownRequest,

        // From here on a call that signs a file of a known request has a record of kind file-failed instead.
        _ when FileName is not null => null,
        ErrorReason.LimitExceeded or ErrorReason.RateLimited => RefusalKind.LimitExceeded,
        ErrorReason.CertificateInvalid or ErrorReason.HardwareRequired or ErrorReason.KeyUnusable => RefusalKind.KeyNotUsable,

        // AccessGuard has recorded what it refused; without a ledger there is nowhere to record to; stopping is no refusal.
        _ => null,
    };

    /// <summary>The record that a refusal still needs; null where it has one already, or is none.</summary>
    /// <param name="caller">Who called.</param>
    /// <param name="refusal">What the caller is told.</param>
    public Refusal? FindRefusal(CallerIdentity caller, SigningException refusal) =>
        refusal.InnerException is AccessRefusedException { Lost: { } lost }
            ? lost with { Job = lost.Job ?? Job, Profile = lost.Profile ?? Profile, RequestId = RequestId, Detail = lost.Detail ?? FileDetail }
            : KindToRecord(refusal.Reason) is { } kind ? ToRefusal(caller, kind, refusal) : null;

    private string? FileDetail => FileName is null ? null : $"file '{FileName}'";

    /// <summary>The record of a refusal.</summary>
    /// <param name="caller">Who called.</param>
    /// <param name="kind">The kind that it is recorded under.</param>
    /// <param name="refusal">What the caller is told.</param>
    public Refusal ToRefusal(CallerIdentity caller, RefusalKind kind, SigningException refusal) =>
        new(kind, refusal.Reason, caller.RemoteAddress)
        {
            Controller = caller.Controller,
            Credential = caller.Credential,
            Job = Job,
            Profile = Profile,
            RequestId = RequestId,
            Detail = FileName is null ? refusal.Message : $"file '{FileName}': {refusal.Message}",
        };
}
