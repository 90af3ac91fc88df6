using System.Text;
using Signet.Agent.Configuration.Reading;
using Signet.Agent.Configuration.Yaml;

namespace Signet.Agent.Configuration.Sections;

/// <summary>Reads <c>directories</c>, and checks that the local sockets fit into the run directory's path.</summary>
internal static class DirectoriesSection
{
    /// <summary>Longest path of a Unix socket in bytes: sun_path without its final zero (unix(7)).</summary>
    private const int MaxSocketPathBytes = 107;

    /// <summary>Reads the section; the system's usual places where it is absent.</summary>
    public static DirectoryConfiguration Read(SectionReader root)
    {
        var usual = DirectoryConfiguration.Default;
        if (root.Section("directories", ConfigurationSchema.Directories) is not { } section)
        {
            return usual;
        }

        return new DirectoryConfiguration(
            ReadPath(section, "state") ?? usual.State,
            ReadPath(section, "run") ?? usual.Run,
            ReadPath(section, "log") ?? usual.Log);
    }

    /// <summary>Makes a socket path that the system would refuse an issue.</summary>
    /// <param name="place">The name that makes it long.</param>
    /// <param name="token">Name of the token, or of the key in a PFX file.</param>
    /// <param name="run">The run directory.</param>
    /// <param name="issues">Takes the issue.</param>
    public static void CheckSocketPath(YamlNode place, string token, string run, IssueList issues)
    {
        var path = Path.Combine(run, $"token-{token}.sock");
        var length = Encoding.UTF8.GetByteCount(path);
        if (!OperatingSystem.IsWindows() && length > MaxSocketPathBytes)
        {
            issues.Add(
                place,
                $"the socket {Shown.Short(path, 200)} would have a path of {length} bytes, and a Unix socket's holds "
                + $"{MaxSocketPathBytes}; use a shorter name, or a shorter 'run' directory");
        }
    }

    private static string? ReadPath(SectionReader section, string key) =>
        section.Scalar(key) is { } scalar ? section.Context.FullPath(scalar.Value) : null;
}
