using System.CommandLine;
using Signet.Cli.Connection;
using Signet.Cli.Screens;
using Signet.Protocol.V1;

namespace Signet.Cli.Commands.Config;

/// <summary><c>signet config reload</c>: the agent takes its file into use as a whole, or not at all.</summary>
internal sealed class ConfigReloadCommand : Command
{
    private readonly CommandContext _context;
    private readonly AgentOptions _agent = new();

    /// <summary>Creates the command.</summary>
    public ConfigReloadCommand(CommandContext context)
        : base("reload", "Let the agent read its configuration file again. A file with problems changes nothing")
    {
        _context = context;
        _agent.AddTo(this);
        context.Handle(this, RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using var connection = new OperatorConnection(_agent.Locate(arguments));
        var response = await Order.Reload.WaitAsync(
            () => connection.CallAsync(
                "reload the configuration",
                (client, options) => client.ReloadConfigurationAsync(new ReloadConfigurationRequest(), options), cancellationToken),
            cancellationToken);
        if (response.Problems.Count > 0)
        {
            foreach (var problem in response.Problems)
            {
                _context.Terminal.Output.WriteLine(Words.Safe($"{problem.Line}:{problem.Column}: {problem.Detail}"));
            }

            _context.Terminal.Error.WriteLine(
                $"signet: {Words.Count(response.Problems.Count, "problem")} in the agent's configuration file (line:column); nothing changed.");
            return ExitCode.Invalid;
        }

        _context.Terminal.Output.WriteLine("The agent uses the configuration as it is now.");
        foreach (var part in response.RestartNeeded)
        {
            _context.Terminal.Output.WriteLine(Words.Safe($"  {part}: takes effect when the agent starts next"));
        }

        foreach (var warning in response.Warnings)
        {
            _context.Terminal.Error.WriteLine(Words.Safe($"signet: warning: {warning}"));
        }

        return ExitCode.Ok;
    }
}
