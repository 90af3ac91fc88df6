using System.CommandLine;

namespace Signet.Cli.Commands.Config;

/// <summary><c>signet config</c>: the group of commands about <c>signet.yaml</c>.</summary>
internal sealed class ConfigCommand : Command
{
    /// <summary>Creates the group.</summary>
    public ConfigCommand(CommandContext context)
        : base("config", "Check the configuration, or let the agent take it into use")
    {
        Add(new ConfigCheckCommand(context));
        Add(new ConfigReloadCommand(context));
    }
}
