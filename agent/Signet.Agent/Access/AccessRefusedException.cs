using Signet.Protocol.V1;

namespace Signet.Agent.Access;

/// <summary>
/// A refusal with its true reason. It never leaves the agent: <see cref="AccessGuard"/> records it and tells the caller
/// the outward detail alone.
/// </summary>
/// <param name="kind">Why, for the ledger.</param>
/// <param name="reason">Why, for the caller's program.</param>
/// <param name="outwardDetail">Why and what to do now, for people at the caller.</param>
internal sealed class AccessRefusedException(RefusalKind kind, ErrorReason reason, string outwardDetail)
    : Exception($"refused: {kind}")
{
    /// <summary>Why, for the ledger.</summary>
    public RefusalKind Kind { get; } = kind;

    /// <summary>Why, for the caller's program.</summary>
    public ErrorReason Reason { get; } = reason;

    /// <summary>Why and what to do now, for people at the caller.</summary>
    public string OutwardDetail { get; } = outwardDetail;

    /// <summary>Name of the controller, where its certificate was accepted.</summary>
    public string? Controller { get; init; }

    /// <summary>Name of the credential that was shown.</summary>
    public string? Credential { get; init; }

    /// <summary>
    /// The refusal for the ledger, where a call that was let in before has lost its right; null where it never had one.
    /// </summary>
    public Refusal? Lost { get; init; }
}
