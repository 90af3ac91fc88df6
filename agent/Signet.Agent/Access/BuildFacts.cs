using Signet.Protocol.V1;

namespace Signet.Agent.Access;

/// <summary>What grants are decided on: the job, and what the controller says of the build's origin.</summary>
/// <param name="Job">Full name of the job, as the call gives it.</param>
/// <remarks>
/// All of it is the word of a controller whose certificate is pinned. Nothing is normalised: two spellings are two things.
/// </remarks>
internal sealed record BuildFacts(string Job)
{
    private const int Sha256Bytes = 32;

    /// <summary>Address of the sources; null where the controller does not say.</summary>
    public string? ScmUrl { get; init; }

    /// <summary>Branch of the sources; null where the controller does not say.</summary>
    public string? ScmBranch { get; init; }

    /// <summary>SHA-256 of the job's definition, 32 bytes; null where the controller does not say, or says something else.</summary>
    public byte[]? DefinitionSha256 { get; init; }

    /// <summary>The facts of a build; an absent message has an empty job, which is granted nothing.</summary>
    public static BuildFacts Of(Build? build) => new(build?.JobFullName ?? string.Empty)
    {
        // proto3 cannot tell an empty text from an absent one.
        ScmUrl = build?.Scm?.Url is { Length: > 0 } url ? url : null,
        ScmBranch = build?.Scm?.Branch is { Length: > 0 } branch ? branch : null,
        DefinitionSha256 = build is { HasDefinitionSha256: true, DefinitionSha256.Length: Sha256Bytes }
            ? build.DefinitionSha256.ToByteArray() : null,
    };
}
