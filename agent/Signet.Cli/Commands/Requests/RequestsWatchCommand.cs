using System.CommandLine;
using Signet.Cli.Connection;
using Signet.Cli.Errors;
using Signet.Cli.Screens;
using Signet.Cli.Screens.Requests;
using Signet.Protocol.V1;

namespace Signet.Cli.Commands.Requests;

/// <summary><c>signet requests watch</c>: the open requests, drawn again as they change, until Ctrl+C.</summary>
internal sealed class RequestsWatchCommand : Command
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly CommandContext _context;
    private readonly AgentOptions _agent = new();
    private readonly Option<bool> _json = new("--json") { Description = "A line of JSON for each change (signet.v1.RequestDetail)" };

    /// <summary>Creates the command.</summary>
    public RequestsWatchCommand(CommandContext context)
        : base("watch", "Watch the open requests until Ctrl+C")
    {
        _context = context;
        Add(_json);
        _agent.AddTo(this);
        context.Handle(this, RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var location = _agent.Locate(arguments);
        try
        {
            if (arguments.GetValue(_json))
            {
                await PrintAsync(location, cancellationToken);
            }

            await DrawAsync(location, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The usual end; the exit code says it.
        }

        return ExitCode.Cancelled;
    }

    private async Task DrawAsync(AgentLocation location, CancellationToken cancellationToken)
    {
        using var screen = LiveScreen.Open(_context.Terminal);
        IReadOnlyList<RequestDetail>? shown = null;
        await foreach (var (requests, outage) in ReadAsync(location, cancellationToken))
        {
            // On a terminal the ages go on; elsewhere only a change is worth another screen.
            if (!_context.Terminal.IsInteractive && outage.Length == 0 && shown is not null && requests.SequenceEqual(shown))
            {
                continue;
            }

            shown = requests;
            screen.Show(console =>
            {
                RequestScreen.DrawList(console, requests, _context.Time.GetUtcNow());
                console.Write(Sheet.Cell(
                    outage.Length > 0 ? outage
                    : requests.Count == 0 ? "No open request."
                    : "Look at one: signet requests show ID", Sheet.Quiet));
            });
        }
    }

    private async Task PrintAsync(AgentLocation location, CancellationToken cancellationToken)
    {
        var seen = new Dictionary<string, RequestDetail>(StringComparer.Ordinal);
        await foreach (var (requests, _) in ReadAsync(location, cancellationToken))
        {
            foreach (var detail in requests.Where(detail => !detail.Equals(seen.GetValueOrDefault(detail.Request.RequestId))))
            {
                _context.Terminal.Output.WriteLine(ProtocolJson.FormatLine(detail));
            }

            seen = requests.ToDictionary(detail => detail.Request.RequestId, StringComparer.Ordinal);
        }
    }

    private async IAsyncEnumerable<(IReadOnlyList<RequestDetail> Requests, string Outage)> ReadAsync(
        AgentLocation location,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ListRequestsRequest { States = { RequestState.Pending, RequestState.Approved } };
        while (true)
        {
            IReadOnlyList<RequestDetail> requests = [];
            var outage = string.Empty;
            try
            {
                using var connection = new OperatorConnection(location);
                var response = await connection.CallAsync(
                    "list the requests", (client, options) => client.ListRequestsAsync(request, options), cancellationToken);
                requests = response.Requests;
            }
            catch (CommandException exception) when (exception.ExitCode == ExitCode.Unreachable)
            {
                outage = exception.Message.ReplaceLineEndings(" ");
            }

            yield return (requests, outage);
            await Task.Delay(Period, _context.Time, cancellationToken);
        }
    }
}
