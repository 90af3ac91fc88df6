using Signet.Agent.Configuration;
using Signet.Protocol.V1;

namespace Signet.Agent.Access;

/// <summary>A refused call, for the ledger. Texts of the caller are bounded and made harmless when they are recorded.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Reason">What the caller's program is told.</param>
/// <param name="RemoteAddress">Network address of the caller.</param>
internal sealed record Refusal(RefusalKind Kind, ErrorReason Reason, string RemoteAddress)
{
    /// <summary>Name of the controller; null while it is not known.</summary>
    public string? Controller { get; init; }

    /// <summary>SHA-256 of the client certificate, 32 bytes; null for none.</summary>
    public byte[]? CertificateSha256 { get; init; }

    /// <summary>Name of the credential as it was shown; null for none.</summary>
    public string? Credential { get; init; }

    /// <summary>Full name of the job as it was given; null for none.</summary>
    public string? Job { get; init; }

    /// <summary>Name of the profile as it was given; null for none.</summary>
    public string? Profile { get; init; }

    /// <summary>What the controller said of the build; null where that was not looked at.</summary>
    public BuildFacts? Build { get; init; }

    /// <summary>What each grant demands that the build does not meet; empty for nothing.</summary>
    public IReadOnlyList<BuildDemands> Demanded { get; init; } = [];

    /// <summary>Id of the signing request as it was given; null for none.</summary>
    public string? RequestId { get; init; }

    /// <summary>More about it, for people; null for nothing.</summary>
    public string? Detail { get; init; }
}
