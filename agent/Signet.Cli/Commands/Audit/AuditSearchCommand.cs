using System.CommandLine;
using System.Globalization;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Signet.Cli.Connection;
using Signet.Cli.Screens;
using Signet.Cli.Screens.Audit;
using Signet.Protocol.V1;

namespace Signet.Cli.Commands.Audit;

/// <summary><c>signet audit search</c>: records of the running agent's ledger.</summary>
internal sealed class AuditSearchCommand : Command
{
    private readonly CommandContext _context;
    private readonly AgentOptions _agent = new();
    private readonly Option<string?> _kind = new("--kind") { Description = "Only records of this kind, for instance file-signed", HelpName = "KIND" };
    private readonly Option<string?> _job = new("--job") { Description = "Only records about this job (its full name)", HelpName = "JOB" };
    private readonly Option<string?> _profile = new("--profile") { Description = "Only records about this profile", HelpName = "NAME" };
    private readonly Option<string?> _actor = new("--actor") { Description = "Only what this actor caused, for instance operator:alice", HelpName = "ACTOR" };
    private readonly Option<string?> _sha256 = new("--sha256") { Description = "Only records about a file with this SHA-256, before or after it was signed", HelpName = "HEX" };
    private readonly Option<DateTimeOffset?> _from = Moment("--from", "Only at this moment or later, for instance 2026-11-24 or 2026-11-24T12:00Z");
    private readonly Option<DateTimeOffset?> _until = Moment("--until", "Only before this moment");
    private readonly Option<int> _limit = new("--limit") { Description = "At most so many [100]", HelpName = "COUNT" };
    private readonly Option<bool> _json = new("--json") { Description = "Each record as the ledger has it, one a line" };

    /// <summary>Creates the command.</summary>
    public AuditSearchCommand(CommandContext context)
        : base("search", "Show records of the ledger, oldest first")
    {
        _context = context;
        foreach (var option in new System.CommandLine.Option[] { _kind, _job, _profile, _actor, _sha256, _from, _until, _limit, _json })
        {
            Add(option);
        }

        _agent.AddTo(this);
        context.Handle(this, RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var request = new SearchLedgerRequest
        {
            Kind = arguments.GetValue(_kind) ?? string.Empty,
            JobFullName = arguments.GetValue(_job) ?? string.Empty,
            Profile = arguments.GetValue(_profile) ?? string.Empty,
            Actor = arguments.GetValue(_actor) ?? string.Empty,
            FileSha256 = arguments.GetValue(_sha256) is { } hex ? ByteString.CopyFrom(Sha256Text.Parse(hex)) : ByteString.Empty,
            From = arguments.GetValue(_from)?.ToTimestamp(),
            Until = arguments.GetValue(_until)?.ToTimestamp(),
            Limit = arguments.GetValue(_limit),
        };
        await SearchAsync(_context, _agent.Locate(arguments), request, arguments.GetValue(_json), cancellationToken);
        return ExitCode.Ok;
    }

    /// <summary>Shows what matches.</summary>
    /// <returns>How many records.</returns>
    internal static async Task<int> SearchAsync(
        CommandContext context, AgentLocation location, SearchLedgerRequest request, bool json, CancellationToken cancellationToken)
    {
        using var connection = new OperatorConnection(location);
        var records = new List<byte[]>();
        var found = connection.ReadAsync(
            "search the ledger", (client, options) => client.SearchLedger(request, options), cancellationToken);
        await foreach (var response in found)
        {
            if (json)
            {
                context.Terminal.Output.WriteLine(Encoding.UTF8.GetString(response.Leaf.Record.Span));
            }

            records.Add(response.Leaf.Record.ToByteArray());
        }

        if (!json && records.Count == 0)
        {
            context.Terminal.Output.WriteLine("No record.");
        }
        else if (!json)
        {
            context.Terminal.Show(console => RecordScreen.DrawList(console, records));
        }

        return records.Count;
    }

    // Without an offset a moment is in UTC, as in the ledger.
    private static Option<DateTimeOffset?> Moment(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = result =>
        {
            if (DateTimeOffset.TryParse(
                result.Tokens[0].Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment))
            {
                return moment;
            }

            result.AddError($"{name} is not a time as RFC 3339 has it: {result.Tokens[0].Value}");
            return null;
        },
    };
}
