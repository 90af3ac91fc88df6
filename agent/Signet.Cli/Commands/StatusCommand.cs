using System.CommandLine;
using Signet.Cli.Connection;
using Signet.Cli.Screens;
using Signet.Cli.Screens.Status;
using Signet.Protocol.V1;

namespace Signet.Cli.Commands;

/// <summary><c>signet status</c>: what is ready, what is not, and what to do about it.</summary>
internal sealed class StatusCommand : Command
{
    private readonly CommandContext _context;
    private readonly AgentOptions _agent = new();

    private readonly Option<bool> _json = new("--json")
    {
        Description = "The status as JSON (signet.v1.AgentStatus); with --watch one line a change",
    };

    private readonly Option<bool> _watch = new("--watch", "-w")
    {
        Description = "Show it again whenever it changes, until Ctrl+C",
    };

    /// <summary>Creates the command.</summary>
    public StatusCommand(CommandContext context)
        : base("status", "Show what is ready and what to do now. Ends with 0 if all is ready, 3 if not, 4 if no agent answers")
    {
        _context = context;
        Add(_json);
        Add(_watch);
        _agent.AddTo(this);
        context.Handle(this, RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var location = _agent.Locate(arguments);
        var json = arguments.GetValue(_json);
        if (arguments.GetValue(_watch))
        {
            return await new StatusWatch(_context, location, json).RunAsync(cancellationToken);
        }

        using var connection = new OperatorConnection(location);
        var response = await connection.CallAsync(
            "read the status", (client, options) => client.GetStatusAsync(new GetStatusRequest(), options), cancellationToken);
        var status = response.Status;
        if (json)
        {
            _context.Terminal.Output.WriteLine(ProtocolJson.Format(status));
        }
        else
        {
            _context.Terminal.Show(console => StatusScreen.Draw(console, status));
        }

        return StatusAssessment.Of(status).ExitCode;
    }
}
