using Signet.Agent.Configuration.Reading;
using Signet.Agent.Configuration.Yaml;

namespace Signet.Agent.Configuration.Sections;

/// <summary>Reads <c>timestamps</c>: groups of timestamp servers.</summary>
internal static class TimestampsSection
{
    /// <summary>Reads the section.</summary>
    public static IReadOnlyList<TimestampConfiguration> Read(SectionReader root) =>
        [.. root.Sections("timestamps", ConfigurationSchema.Timestamp).Select(ReadGroup)];

    private static TimestampConfiguration ReadGroup(SectionReader section)
    {
        var roots = section.Scalar("roots");
        var proxy = section.Scalar("proxy");
        return new TimestampConfiguration
        {
            Name = section.DeclaredName("timestamp group"),
            Servers = [.. section.Scalars("servers", required: true).Select(server => ReadAddress(section, server, "servers")).OfType<Uri>()],
            Roots = roots is null ? null : CertificateFile.ReadAll(roots, section.Context.FullPath(roots.Value), section.Context),
            Timeout = section.Duration(
                "timeout", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5), fallback: TimeSpan.FromSeconds(15)),
            Attempts = section.Integer("attempts", 1, 10, fallback: 3),
            Proxy = proxy is null ? null : ReadAddress(section, proxy, "proxy"),
        };
    }

    /// <summary>The text is not shown: an address is where people write a user and a password.</summary>
    private static Uri? ReadAddress(SectionReader section, YamlScalar scalar, string key)
    {
        if (!Uri.TryCreate(scalar.Value, UriKind.Absolute, out var address)
            || address.Scheme is not ("http" or "https") || address.Host.Length == 0)
        {
            section.Context.Issues.Add(scalar, $"'{key}' takes http or https addresses, for instance http://timestamp.example.org/");
            return null;
        }

        if (address.UserInfo.Length > 0)
        {
            section.Context.Issues.Add(scalar, $"the address holds a user or password: {ForbiddenKeys.Detail}");
            return null;
        }

        if (address.Fragment.Length > 0)
        {
            section.Context.Issues.Add(scalar, $"an address under '{key}' has no part behind '#'");
        }

        return address;
    }
}
