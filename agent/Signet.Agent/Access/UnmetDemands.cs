using Signet.Agent.Configuration;
using Signet.Agent.Configuration.Reading;

namespace Signet.Agent.Access;

/// <summary>Tells a job which facts of its build keep it from its grant. What the grant demands stays with the operators.</summary>
internal static class UnmetDemands
{
    /// <summary>The words for the job's log.</summary>
    /// <param name="build">What the controller said of the build.</param>
    /// <param name="demands">What each grant demands; at least one.</param>
    public static string Tell(BuildFacts build, IReadOnlyList<BuildDemands> demands)
    {
        // The grant that is nearest: with two of them the job need not be told of both.
        var unmet = demands.Select(one => one.FindUnmet(build)).MinBy(aspects => int.PopCount((int)aspects));
        var facts = new List<string>();
        Add(BuildAspects.Scm, "the address of its sources", build.ScmUrl is { } url ? ScmUrl.WithoutSecret(url) : null);
        Add(BuildAspects.Branch, "its branch", build.ScmBranch);
        Add(BuildAspects.Definition, "the definition of the job", build.DefinitionSha256 is { } hash ? Sha256Pin.Show(hash) : null);
        return "This job may use this profile, but not for this build: " + string.Join(", and ", facts)
            + ". Build what the grant is meant for, or ask the operators of the signing node; signet audit search "
            + "--kind access-refused shows them what the grant demands.";

        void Add(BuildAspects aspect, string what, string? came)
        {
            if (unmet.HasFlag(aspect))
            {
                facts.Add(came is null ? $"{what} is not known" : $"{what} is '{Shown.Short(came, RefusalRecords.MaxTextLength)}'");
            }
        }
    }
}
