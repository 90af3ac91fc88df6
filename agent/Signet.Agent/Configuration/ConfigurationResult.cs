using System.Diagnostics.CodeAnalysis;

namespace Signet.Agent.Configuration;

/// <summary>What reading a configuration file resulted in: a whole configuration, or every problem at once.</summary>
/// <param name="Configuration">The configuration; null where there is any issue.</param>
/// <param name="Issues">Every problem, in the order of the file; empty where there is a configuration.</param>
internal sealed record ConfigurationResult(
    SignetConfiguration? Configuration, IReadOnlyList<ConfigurationIssue> Issues)
{
    /// <summary>Whether the file can be used.</summary>
    [MemberNotNullWhen(true, nameof(Configuration))]
    public bool IsValid => Configuration is not null;

    /// <summary>SHA-256 of the file as it was read, 32 bytes; null where it could not be read whole.</summary>
    public byte[]? Sha256 { get; init; }
}
