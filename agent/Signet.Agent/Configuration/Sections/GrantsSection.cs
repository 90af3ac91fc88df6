using Signet.Agent.Configuration.Reading;

namespace Signet.Agent.Configuration.Sections;

/// <summary>Reads <c>grants</c>: which jobs with which credential may use which profiles.</summary>
internal static class GrantsSection
{
    /// <summary>Reads the section.</summary>
    public static IReadOnlyList<GrantConfiguration> Read(SectionReader root) =>
        [.. root.Sections("grants", ConfigurationSchema.Grant).Select(ReadGrant)];

    private static GrantConfiguration ReadGrant(SectionReader section)
    {
        var profiles = section.Scalars("profiles", required: true);
        foreach (var profile in profiles)
        {
            section.Context.Names.Refer("profile", profile);
        }

        return new GrantConfiguration(
            section.Reference("controller", "controller", required: true) ?? string.Empty,
            ReadJobs(section),
            section.Reference("credential", "credential", required: true) ?? string.Empty,
            [.. profiles.Select(profile => profile.Value)]);
    }

    private static List<JobPattern> ReadJobs(SectionReader section)
    {
        var patterns = new List<JobPattern>();
        foreach (var job in section.Scalars("jobs", required: true))
        {
            try
            {
                patterns.Add(JobPattern.Parse(job.Value));
            }
            catch (FormatException exception)
            {
                section.Context.Issues.Add(job, $"'{Shown.Short(job.Value)}' is no job pattern: {exception.Message}");
            }
        }

        return patterns;
    }
}
