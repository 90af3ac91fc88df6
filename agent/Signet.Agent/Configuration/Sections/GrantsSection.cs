using Signet.Agent.Configuration.Reading;
using Signet.Agent.Configuration.Yaml;

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
            ReadPatterns(section, section.Scalars("jobs", required: true), "job pattern", JobPattern.Parse),
            section.Reference("credential", "credential", required: true) ?? string.Empty,
            [.. profiles.Select(profile => profile.Value)])
        {
            Demands = new BuildDemands(
                ReadPatterns(section, Demanded(section, "scm"), "pattern of repository addresses", ScmPattern.Parse),
                ReadPatterns(section, Demanded(section, "branch"), "pattern of branches", BranchPattern.Parse),
                ReadDefinitions(section)),
        };
    }

    /// <summary>A demand that is there has at least one item: an empty list would demand nothing, or everything.</summary>
    private static IReadOnlyList<YamlScalar> Demanded(SectionReader section, string key) =>
        section.Find(key) is null ? [] : section.Scalars(key, required: true);

    private static List<T> ReadPatterns<T>(
        SectionReader section, IReadOnlyList<YamlScalar> scalars, string kind, Func<string, T> parse)
    {
        var patterns = new List<T>();
        foreach (var scalar in scalars)
        {
            try
            {
                patterns.Add(parse(scalar.Value));
            }
            catch (FormatException exception)
            {
                section.Context.Issues.Add(scalar, $"'{Shown.Short(scalar.Value)}' is no {kind}: {exception.Message}");
            }
        }

        return patterns;
    }

    private static List<byte[]> ReadDefinitions(SectionReader section)
    {
        var pins = new List<byte[]>();
        foreach (var scalar in Demanded(section, "definition"))
        {
            if (Sha256Pin.Parse(scalar.Value) is not { } pin)
            {
                section.Context.Issues.Add(
                    scalar,
                    "a definition is written sha256: and 64 hexadecimal digits, as shown by: signet requests show REQUEST");
                continue;
            }

            pins.Add(pin);
        }

        return pins;
    }
}
