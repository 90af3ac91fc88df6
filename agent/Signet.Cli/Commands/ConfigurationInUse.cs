using Signet.Agent.Configuration;
using Signet.Cli.Errors;

namespace Signet.Cli.Commands;

/// <summary>Reads a configuration that has to be whole for what comes next.</summary>
internal static class ConfigurationInUse
{
    /// <summary>The configuration.</summary>
    /// <exception cref="CommandException">The file has problems; the message says each with its place.</exception>
    public static SignetConfiguration Load(string path)
    {
        var result = new ConfigurationLoader(KnownFormats.Names).Load(path);
        return result.IsValid
            ? result.Configuration
            : throw new CommandException(
                ExitCode.Invalid,
                $"The configuration {path} cannot be used:\n" + string.Join('\n', result.Issues.Select(issue => $"{path}:{issue}")));
    }
}
