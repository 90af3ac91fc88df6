using System.CommandLine;
using System.Security.Cryptography;
using Google.Protobuf;
using Signet.Cli.Connection;
using Signet.Cli.Screens;
using Signet.Protocol.V1;

namespace Signet.Cli.Commands.Audit;

/// <summary><c>signet audit who-signed</c>: the records about one file.</summary>
internal sealed class AuditWhoSignedCommand : Command
{
    private readonly CommandContext _context;
    private readonly AgentOptions _agent = new();
    private readonly Option<bool> _json = new("--json") { Description = "Each record as the ledger has it, one a line" };

    private readonly Argument<string> _file = new("FILE")
    {
        Description = "A file, signed or as it was before, or its SHA-256",
    };

    /// <summary>Creates the command.</summary>
    public AuditWhoSignedCommand(CommandContext context)
        : base("who-signed", "Show who had a file signed, and when. Ends with 0 if it is on record, 2 if not")
    {
        _context = context;
        Add(_file);
        Add(_json);
        _agent.AddTo(this);
        context.Handle(this, RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var request = new SearchLedgerRequest
        {
            FileSha256 = ByteString.CopyFrom(await Sha256OfAsync(arguments.GetRequiredValue(_file), cancellationToken)),
        };
        var found = await AuditSearchCommand.SearchAsync(
            _context, _agent.Locate(arguments), request, arguments.GetValue(_json), cancellationToken);
        return found > 0 ? ExitCode.Ok : ExitCode.Refused;
    }

    private static async Task<byte[]> Sha256OfAsync(string file, CancellationToken cancellationToken)
    {
        if (!File.Exists(file))
        {
            return Sha256Text.Parse(file);
        }

        await using var content = File.OpenRead(file);
        return await SHA256.HashDataAsync(content, cancellationToken);
    }
}
