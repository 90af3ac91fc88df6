using System.CommandLine;
using Signet.Agent.Configuration;

namespace Signet.Cli.Connection;

/// <summary>The options by which a command finds the agent: <c>--run</c>, <c>--socket</c> or <c>--config</c>.</summary>
internal sealed class AgentOptions
{
    /// <summary>Environment variable that names the configuration file.</summary>
    public const string ConfigurationVariable = "SIGNET_CONFIG";

    private readonly Option<string?> _configuration = ConfigurationOption();

    private readonly Option<string?> _run = new("--run")
    {
        Description = "Run directory of the agent, instead of the one in its configuration",
        HelpName = "DIR",
    };

    private readonly Option<string?> _socket = new("--socket")
    {
        Description = "Operator socket of the agent, instead of agent.sock in its run directory",
        HelpName = "PATH",
    };

    /// <summary>The usual configuration file of this system.</summary>
    public static string UsualConfiguration => OperatingSystem.IsWindows()
        ? Path.Combine(Path.GetDirectoryName(DirectoryConfiguration.Default.Run)!, "signet.yaml")
        : "/etc/signet/signet.yaml";

    /// <summary>The option <c>--config</c>; its value is null where it is absent.</summary>
    public static Option<string?> ConfigurationOption() => new("--config")
    {
        Description = $"Configuration file [${ConfigurationVariable}, or {UsualConfiguration}]",
        HelpName = "FILE",
    };

    /// <summary>The configuration file that is meant: the option's, the environment's, or the usual one.</summary>
    /// <param name="option">Value of <c>--config</c>.</param>
    /// <returns>The path, and whether somebody named it.</returns>
    public static (string Path, bool IsNamed) ConfigurationPath(string? option)
    {
        var named = option ?? Environment.GetEnvironmentVariable(ConfigurationVariable);
        return string.IsNullOrEmpty(named) ? (UsualConfiguration, false) : (Path.GetFullPath(named), true);
    }

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_configuration);
        command.Add(_run);
        command.Add(_socket);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_run) is not null && result.GetResult(_socket) is not null)
            {
                result.AddError("Give --run or --socket, not both.");
            }
        });
    }

    /// <summary>Where the agent is.</summary>
    /// <exception cref="Errors.CommandException">A configuration file was named that cannot be read.</exception>
    public AgentLocation Locate(ParseResult arguments)
    {
        if (arguments.GetValue(_socket) is { Length: > 0 } socket)
        {
            return AgentLocation.AtSocket(socket);
        }

        if (arguments.GetValue(_run) is { Length: > 0 } run)
        {
            return AgentLocation.InDirectory(run);
        }

        var (path, isNamed) = ConfigurationPath(arguments.GetValue(_configuration));
        return AgentLocation.InDirectory(ConfiguredRunDirectory.Read(path, isNamed));
    }
}
