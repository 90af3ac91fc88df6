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

    /// <summary>Names of the profiles that are granted, each once, in the order of the configuration.</summary>
    public IReadOnlyList<string> FindProfiles(string controller, string job, string credential) =>
        [.. Matching(controller, job, credential).SelectMany(grant => grant.Profiles).Distinct(StringComparer.Ordinal)];

    /// <summary>Whether one grant gives this profile to these three together.</summary>
    public bool IsGranted(string controller, string job, string credential, string profile) =>
        Matching(controller, job, credential).Any(grant => grant.Profiles.Contains(profile, StringComparer.Ordinal));

    /// <summary>An improper name matches nothing, also where a caller did not ask <see cref="JobName"/> before.</summary>
    private IEnumerable<GrantConfiguration> Matching(string controller, string job, string credential) =>
        JobName.FindProblem(job) is null
            ? _grants[(controller, credential)].Where(grant => grant.Jobs.Any(pattern => pattern.Matches(job)))
            : [];
}
