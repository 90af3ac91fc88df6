using Signet.Protocol.V1;

namespace Signet.Agent.Storage;

/// <summary>A request as it is kept. Its files are kept apart, because a request may have thousands.</summary>
internal sealed record StoredRequest
{
    /// <summary>UUID in its 36-character lower-case form, chosen by the client.</summary>
    public required string RequestId { get; init; }

    /// <summary>Name of the controller that asked.</summary>
    public required string Controller { get; init; }

    /// <summary>Name of the credential that was shown.</summary>
    public required string Credential { get; init; }

    /// <summary>Name of the profile.</summary>
    public required string Profile { get; init; }

    /// <summary>The build that asked, with the job's full name.</summary>
    public required Build Build { get; init; }

    /// <summary>How its files are signed.</summary>
    public required SigningOptions Options { get; init; }

    /// <summary>SHA-256 over manifest and options: what approvals are bound to.</summary>
    public required byte[] ManifestSha256 { get; init; }

    /// <summary>When it was opened.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Approvals that the profile demanded when the request was opened.</summary>
    public required int ApprovalsRequired { get; init; }

    /// <summary>The state.</summary>
    public required RequestState State { get; init; }

    /// <summary>When the present state ends by itself; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Approvals so far, oldest first.</summary>
    public IReadOnlyList<Approval> Approvals { get; init; } = [];

    /// <summary>Why it ended, for people; empty while it has not.</summary>
    public string EndedDetail { get; init; } = string.Empty;

    /// <summary>Why it ended, for programs; unspecified where it completed or goes on.</summary>
    public ErrorReason EndedReason { get; init; }
}

/// <summary>One file of a request's manifest.</summary>
/// <param name="Name">Name in the manifest.</param>
/// <param name="SizeBytes">Size in bytes.</param>
/// <param name="Sha256">SHA-256 of the content, 32 bytes.</param>
/// <param name="SignedAt">When it was signed; null while it is not.</param>
internal sealed record StoredFile(string Name, long SizeBytes, byte[] Sha256, DateTimeOffset? SignedAt);

/// <summary>What signing a file resulted in, kept so that a repeat needs no second signature.</summary>
/// <param name="SignedAt">When.</param>
/// <param name="LeafIndex">Index of the signature's record in the ledger.</param>
/// <param name="File">The answer to the client without its receipt.</param>
/// <param name="Edits">What turns the original into the signed file.</param>
internal sealed record StoredResult(
    DateTimeOffset SignedAt, long LeafIndex, SignedFile File, IReadOnlyList<Protocol.V1.Edit> Edits);

/// <summary>Which requests to list; null and empty match all.</summary>
internal sealed record RequestQuery
{
    /// <summary>States; empty for all.</summary>
    public IReadOnlyList<RequestState> States { get; init; } = [];

    /// <summary>Full name of the job.</summary>
    public string? JobFullName { get; init; }

    /// <summary>Only requests that expire at this moment or before.</summary>
    public DateTimeOffset? ExpiredAt { get; init; }

    /// <summary>At most so many.</summary>
    public int Limit { get; init; } = 50;
}
