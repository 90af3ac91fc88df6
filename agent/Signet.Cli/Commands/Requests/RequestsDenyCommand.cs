using System.CommandLine;
using Signet.Cli.Connection;
using Signet.Cli.Screens.Requests;
using Signet.Protocol.V1;

namespace Signet.Cli.Commands.Requests;

/// <summary><c>signet requests deny</c>: ends a request without a signature.</summary>
internal sealed class RequestsDenyCommand : Command
{
    private readonly CommandContext _context;
    private readonly AgentOptions _agent = new();
    private readonly Argument<string> _id = new("ID") { Description = "Id of the request" };

    private readonly Option<string> _reason = new("--reason")
    {
        Description = "Why; the build sees it, and the ledger keeps it",
        HelpName = "TEXT",
        Required = true,
    };

    /// <summary>Creates the command.</summary>
    public RequestsDenyCommand(CommandContext context)
        : base("deny", "Deny a request: nothing of it is signed any more")
    {
        _context = context;
        Add(_id);
        Add(_reason);
        _agent.AddTo(this);
        context.Handle(this, RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var request = new DenyRequestRequest
        {
            RequestId = arguments.GetRequiredValue(_id),
            Reason = arguments.GetRequiredValue(_reason),
        };
        using var connection = new OperatorConnection(_agent.Locate(arguments));
        var response = await Order.Denial(request.RequestId).WaitAsync(
            () => connection.CallAsync(
                $"deny request {request.RequestId}", (client, options) => client.DenyRequestAsync(request, options), cancellationToken),
            cancellationToken);
        _context.Terminal.Output.WriteLine(RequestScreen.Outcome(response.Request));
        return ExitCode.Ok;
    }
}
