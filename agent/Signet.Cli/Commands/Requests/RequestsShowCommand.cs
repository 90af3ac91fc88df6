using System.CommandLine;
using Signet.Cli.Connection;
using Signet.Cli.Screens;
using Signet.Cli.Screens.Requests;
using Signet.Protocol.V1;

namespace Signet.Cli.Commands.Requests;

/// <summary><c>signet requests show</c>: one request with every file and its SHA-256.</summary>
internal sealed class RequestsShowCommand : Command
{
    private readonly CommandContext _context;
    private readonly AgentOptions _agent = new();
    private readonly Argument<string> _id = new("ID") { Description = "Id of the request" };
    private readonly Option<bool> _json = new("--json") { Description = "The request as JSON (signet.v1.RequestDetail)" };

    /// <summary>Creates the command.</summary>
    public RequestsShowCommand(CommandContext context)
        : base("show", "Show one request with every file and its SHA-256")
    {
        _context = context;
        Add(_id);
        Add(_json);
        _agent.AddTo(this);
        context.Handle(this, RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var request = new GetRequestRequest { RequestId = arguments.GetRequiredValue(_id) };
        using var connection = new OperatorConnection(_agent.Locate(arguments));
        var response = await connection.CallAsync(
            $"show request {request.RequestId}", (client, options) => client.GetRequestAsync(request, options), cancellationToken);
        if (arguments.GetValue(_json))
        {
            _context.Terminal.Output.WriteLine(ProtocolJson.Format(response.Request));
        }
        else
        {
            _context.Terminal.Show(console => RequestScreen.Draw(console, response.Request, _context.Time.GetUtcNow()));
        }

        return ExitCode.Ok;
    }
}
