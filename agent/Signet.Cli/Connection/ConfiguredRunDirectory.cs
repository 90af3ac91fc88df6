using System.Text;
using Signet.Agent.Configuration;
using Signet.Agent.Configuration.Reading;
using Signet.Agent.Configuration.Yaml;
using Signet.Cli.Errors;

namespace Signet.Cli.Connection;

/// <summary>
/// Finds <c>directories.run</c> in a configuration file and nothing else of it, so that an agent can be asked although
/// its configuration was broken in the meantime, and at once.
/// </summary>
internal static class ConfiguredRunDirectory
{
    /// <summary>The run directory that the file names, or the usual one where it names none.</summary>
    /// <param name="path">The configuration file.</param>
    /// <param name="isRequired">
    /// Whether somebody named the file. The usual file may be absent or closed to this account: operators need not be able
    /// to read it.
    /// </param>
    /// <exception cref="CommandException">The file is required and cannot be read.</exception>
    public static string Read(string path, bool isRequired)
    {
        try
        {
            return Find(File.ReadAllBytes(path), path) ?? DirectoryConfiguration.Default.Run;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return isRequired
                ? throw new CommandException(
                    ExitCode.Invalid,
                    $"The configuration {path} cannot be read: {exception.Message}\nName the agent's run directory instead: --run DIR.",
                    exception)
                : DirectoryConfiguration.Default.Run;
        }
    }

    private static string? Find(byte[] content, string path)
    {
        // Issues are 'signet config check's business.
        var root = YamlTreeReader.Read(Encoding.UTF8.GetString(content).TrimStart('\uFEFF'), new IssueList());
        var run = Value(Value(root, "directories"), "run") as YamlScalar;
        return run is { Value.Length: > 0 }
            ? Path.GetFullPath(run.Value, Path.GetDirectoryName(Path.GetFullPath(path))!)
            : null;
    }

    private static YamlNode? Value(YamlNode? node, string key) =>
        (node as YamlMapping)?.Entries.FirstOrDefault(entry => entry.Key.Value == key)?.Value;
}
