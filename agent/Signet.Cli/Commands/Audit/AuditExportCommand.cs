using System.CommandLine;
using System.Text;
using Signet.Agent.Ledger.Auditing;
using Signet.Cli.Connection;
using Signet.Cli.Errors;
using Signet.Cli.Screens;
using Signet.Protocol.V1;

namespace Signet.Cli.Commands.Audit;

/// <summary><c>signet audit export</c>: the whole ledger as text, which an auditor verifies elsewhere.</summary>
internal sealed class AuditExportCommand : Command
{
    private readonly CommandContext _context;
    private readonly AgentOptions _agent = new();

    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description = "File to write, which must not be there yet [standard output]",
        HelpName = "FILE",
    };

    /// <summary>Creates the command.</summary>
    public AuditExportCommand(CommandContext context)
        : base("export", "Write the whole ledger, one line of JSON a record or checkpoint")
    {
        _context = context;
        Add(_output);
        _agent.AddTo(this);
        context.Handle(this, RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using var connection = new OperatorConnection(_agent.Locate(arguments));
        if (arguments.GetValue(_output) is not { } path)
        {
            await WriteAsync(connection, _context.Terminal.Output, cancellationToken);
            return ExitCode.Ok;
        }

        var records = await WriteFileAsync(connection, path, cancellationToken);
        _context.Terminal.Output.WriteLine($"Wrote {Words.Count(records, "record")} to {Words.Safe(path)}.");
        return ExitCode.Ok;
    }

    // Under another name until it is whole, so that nobody takes a part for the ledger.
    private static async Task<long> WriteFileAsync(
        OperatorConnection connection, string path, CancellationToken cancellationToken)
    {
        if (File.Exists(path))
        {
            throw new CommandException(ExitCode.Invalid, $"{path} is there already. Move it away, or choose another name.");
        }

        var part = path + ".part";
        try
        {
            long records;
            await using (var text = new StreamWriter(part, append: false, new UTF8Encoding(false)) { NewLine = "\n" })
            {
                records = await WriteAsync(connection, text, cancellationToken);
            }

            File.Move(part, path);
            return records;
        }
        catch
        {
            File.Delete(part);
            throw;
        }
    }

    private static async Task<long> WriteAsync(
        OperatorConnection connection, TextWriter output, CancellationToken cancellationToken)
    {
        var status = await connection.CallAsync(
            "read the status", (client, options) => client.GetStatusAsync(new GetStatusRequest(), options), cancellationToken);
        await output.WriteLineAsync(LedgerExport.HeaderLine(status.Status.Ledger.VerifierKey));
        var records = 0L;
        var items = connection.ReadAsync(
            "export the ledger", (client, options) => client.ExportLedger(new ExportLedgerRequest(), options), cancellationToken);
        await foreach (var item in items)
        {
            if (item.ItemCase == ExportLedgerResponse.ItemOneofCase.Leaf)
            {
                records++;
                await output.WriteLineAsync(LedgerExport.RecordLine(item.Leaf.Record.Span));
            }
            else
            {
                await output.WriteLineAsync(LedgerExport.CheckpointLine(item.Checkpoint));
            }
        }

        return records;
    }
}
