using Signet.Agent.Access;

namespace Signet.Agent.Configuration;

/// <summary>What about a build a grant can demand.</summary>
[Flags]
internal enum BuildAspects
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Where the sources come from.</summary>
    Scm = 1,

    /// <summary>Their branch.</summary>
    Branch = 2,

    /// <summary>The definition of the job.</summary>
    Definition = 4,
}

/// <summary>What a grant demands of a build besides its job. An empty list demands nothing.</summary>
/// <param name="Scm">Addresses, one of which must match.</param>
/// <param name="Branch">Branches, one of which must match.</param>
/// <param name="Definition">SHA-256 of definitions of the job, 32 bytes each, one of which must be the build's.</param>
internal sealed record BuildDemands(
    IReadOnlyList<ScmPattern> Scm, IReadOnlyList<BranchPattern> Branch, IReadOnlyList<byte[]> Definition)
{
    /// <summary>Demands nothing.</summary>
    public static readonly BuildDemands None = new([], [], []);

    /// <summary>What is demanded.</summary>
    public BuildAspects Aspects =>
        (Scm.Count > 0 ? BuildAspects.Scm : 0) | (Branch.Count > 0 ? BuildAspects.Branch : 0)
        | (Definition.Count > 0 ? BuildAspects.Definition : 0);

    /// <summary>What a build does not meet; a fact that the controller does not tell is not met.</summary>
    public BuildAspects FindUnmet(BuildFacts build) => Aspects & ~(
        (build.ScmUrl is { } url && Scm.Any(pattern => pattern.Matches(url)) ? BuildAspects.Scm : 0)
        | (build.ScmBranch is { } branch && Branch.Any(pattern => pattern.Matches(branch)) ? BuildAspects.Branch : 0)
        | (build.DefinitionSha256 is { } hash && Definition.Any(pin => pin.AsSpan().SequenceEqual(hash)) ? BuildAspects.Definition : 0));

    /// <summary>As the configuration would write it on one line, for records.</summary>
    public override string ToString() => string.Join("; ", new[]
    {
        Scm.Count > 0 ? $"scm: {string.Join(", ", Scm)}" : string.Empty,
        Branch.Count > 0 ? $"branch: {string.Join(", ", Branch)}" : string.Empty,
        Definition.Count > 0 ? $"definition: {string.Join(", ", Definition.Select(Sha256Pin.Show))}" : string.Empty,
    }.Where(part => part.Length > 0));
}
