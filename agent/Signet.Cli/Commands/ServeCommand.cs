using System.CommandLine;
using Signet.Agent.Hosting;
using Signet.Cli.Connection;

namespace Signet.Cli.Commands;

/// <summary><c>signet serve</c>: the agent itself.</summary>
internal sealed class ServeCommand : Command
{
    private readonly Option<string?> _configuration = AgentOptions.ConfigurationOption();

    /// <summary>Creates the command.</summary>
    public ServeCommand(CommandContext context)
        : base("serve", "Run the agent until it is told to stop")
    {
        Add(_configuration);
        context.HandleService(this, RunAsync);
    }

    private Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var (path, _) = AgentOptions.ConfigurationPath(arguments.GetValue(_configuration));
        return AgentHost.RunAsync(path, cancellationToken);
    }
}
