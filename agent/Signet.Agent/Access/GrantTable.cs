using Signet.Agent.Configuration;

namespace Signet.Agent.Access;

/// <summary>The whitelist: which controller, job and credential together may use which profiles. The default is deny.</summary>
/// <remarks>Immutable.</remarks>
internal sealed class GrantTable
{
    private readonly ILookup<(string Controller, string Credential), GrantConfiguration> _grants;

    /// <summary>Takes the grants.</summary>
    public GrantTable(IEnumerable<GrantConfiguration> grants) =>
        _grants = grants.ToLookup(grant => (grant.Controller, grant.Credential));

    /// <summary>
    /// Profiles that are granted, each once, in the order of the configuration, with what a build must meet: nothing where
    /// one grant demands nothing, else all that any of them demands.
    /// </summary>
    public IReadOnlyList<(string Profile, BuildAspects Demanded)> FindProfiles(string controller, string job, string credential) =>
        [.. Matching(controller, job, credential)
            .SelectMany(grant => grant.Profiles.Distinct(StringComparer.Ordinal), (grant, profile) => (profile, grant.Demands.Aspects))
            .GroupBy(pair => pair.profile, pair => pair.Aspects, StringComparer.Ordinal)
            .Select(group => (group.Key, group.Contains(BuildAspects.None)
                ? BuildAspects.None
                : group.Aggregate(BuildAspects.None, (all, one) => all | one)))];

    /// <summary>Whether one grant gives this profile to these three together and is met by the build.</summary>
    public GrantDecision Decide(string controller, BuildFacts build, string credential, string profile)
    {
        var unmet = new List<BuildDemands>();
        foreach (var grant in Matching(controller, build.Job, credential)
            .Where(grant => grant.Profiles.Contains(profile, StringComparer.Ordinal)))
        {
            if (grant.Demands.FindUnmet(build) == BuildAspects.None)
            {
                return new GrantDecision(true, []);
            }

            unmet.Add(grant.Demands);
        }

        return new GrantDecision(false, unmet);
    }

    /// <summary>An improper name matches nothing, also where a caller did not ask <see cref="JobName"/> before.</summary>
    private IEnumerable<GrantConfiguration> Matching(string controller, string job, string credential) =>
        JobName.FindProblem(job) is null
            ? _grants[(controller, credential)].Where(grant => grant.Jobs.Any(pattern => pattern.Matches(job)))
            : [];
}

/// <summary>What the whitelist says.</summary>
/// <param name="IsGranted">Whether the profile may be used.</param>
/// <param name="Unmet">
/// Where it may not: what each grant to this job demands that the build does not meet; empty where there is no grant.
/// </param>
internal sealed record GrantDecision(bool IsGranted, IReadOnlyList<BuildDemands> Unmet);
