using System.CommandLine;
using Signet.Cli.Connection;
using Signet.Cli.Errors;
using Signet.Cli.Screens;
using Signet.Cli.Screens.Requests;
using Signet.Protocol.V1;

namespace Signet.Cli.Commands.Requests;

/// <summary><c>signet requests list</c>: requests, newest first.</summary>
internal sealed class RequestsListCommand : Command
{
    private const int MaxLimit = 1000;

    private readonly CommandContext _context;
    private readonly AgentOptions _agent = new();

    private readonly Option<string[]> _states = new("--state")
    {
        Description = "Only requests in this state; may be given several times",
        HelpName = "STATE",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string?> _job = new("--job") { Description = "Only requests of this job (its full name)", HelpName = "JOB" };
    private readonly Option<int> _limit = new("--limit") { Description = "At most so many [50]", HelpName = "COUNT" };
    private readonly Option<bool> _json = new("--json") { Description = "One line of JSON a request (signet.v1.RequestDetail)" };

    /// <summary>Creates the command.</summary>
    public RequestsListCommand(CommandContext context)
        : base("list", "List requests, newest first")
    {
        _context = context;
        _states.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, [.. RequestWords.States.Keys]);
        Add(_states);
        Add(_job);
        Add(_limit);
        Add(_json);
        _agent.AddTo(this);
        context.Handle(this, RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var limit = arguments.GetValue(_limit);
        if (limit is < 0 or > MaxLimit)
        {
            throw new CommandException(ExitCode.Invalid, $"--limit is 1 to {MaxLimit}.");
        }

        var request = new ListRequestsRequest
        {
            JobFullName = arguments.GetValue(_job) ?? string.Empty,
            Limit = limit,
            States = { arguments.GetValue(_states)!.Select(state => RequestWords.States[state]) },
        };
        using var connection = new OperatorConnection(_agent.Locate(arguments));
        var response = await connection.CallAsync(
            "list the requests", (client, options) => client.ListRequestsAsync(request, options), cancellationToken);
        if (arguments.GetValue(_json))
        {
            foreach (var detail in response.Requests)
            {
                _context.Terminal.Output.WriteLine(ProtocolJson.FormatLine(detail));
            }
        }
        else if (response.Requests.Count == 0)
        {
            _context.Terminal.Output.WriteLine("No request.");
        }
        else
        {
            _context.Terminal.Show(console => RequestScreen.DrawList(console, response.Requests, _context.Time.GetUtcNow()));
        }

        return ExitCode.Ok;
    }
}
