using Signet.Agent.Configuration.Yaml;

namespace Signet.Agent.Configuration.Reading;

/// <summary>A file whose code the agent runs or loads: it has to be there, and not everybody may write it.</summary>
internal static class ProgramFile
{
    /// <summary>Adds an issue where the file is not there, or every account may write it.</summary>
    /// <param name="place">Where the configuration names it.</param>
    /// <param name="path">Absolute path.</param>
    /// <param name="missing">What is wrong where it is not there.</param>
    /// <param name="issues">Gets the issue.</param>
    public static void Check(YamlNode place, string path, string missing, IssueList issues)
    {
        if (!File.Exists(path))
        {
            issues.Add(place, missing);
        }
        else if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & UnixFileMode.OtherWrite) != 0)
        {
            issues.Add(place, $"every account can write {Shown.Short(path, 200)}, and the agent runs its code; run chmod o-w on it");
        }
    }
}
