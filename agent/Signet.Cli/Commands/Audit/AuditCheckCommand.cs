using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Signet.Agent.Ledger.Auditing;
using Signet.Cli.Errors;
using Signet.Cli.Screens;
using Signet.Cli.Screens.Audit;

namespace Signet.Cli.Commands.Audit;

/// <summary><c>signet audit check</c>: checks receipts without any agent.</summary>
internal sealed class AuditCheckCommand : Command
{
    private readonly CommandContext _context;
    private readonly LedgerKeyOption _key = LedgerKeyOption.Create("required");
    private readonly Option<bool> _json = new("--json") { Description = "One line of JSON a receipt" };

    private readonly Argument<string[]> _receipts = new("RECEIPT")
    {
        Description = "Receipts, as the plugin keeps them",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> _file = new("--file")
    {
        Description = "The signed file, or one that a catalog covers: its hash must be the one on record (with one receipt)",
        HelpName = "FILE",
    };

    /// <summary>Creates the command.</summary>
    public AuditCheckCommand(CommandContext context)
        : base("check", "Check offline that a receipt's record is in the ledger. Ends with 0 if it is, 2 if not")
    {
        _context = context;
        Add(_receipts);
        _key.Required = true;
        Add(_key);
        Add(_file);
        Add(_json);
        Validators.Add(result =>
        {
            if (result.GetValue(_file) is not null && result.GetValue(_receipts)?.Length > 1)
            {
                result.AddError("--file goes with one receipt.");
            }
        });
        context.Handle(this, (arguments, cancellationToken) => RunAsync(arguments, cancellationToken));
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var key = _key.Read(arguments)!;
        var all = true;
        foreach (var path in arguments.GetValue(_receipts)!)
        {
            var receipt = Parse(path);
            var problem = receipt.FindProblem(key);
            if (problem is null && arguments.GetValue(_file) is { } file)
            {
                problem = await FindDifferenceAsync(receipt, file, cancellationToken);
            }

            all &= problem is null;
            Tell(arguments.GetValue(_json), path, receipt, problem);
        }

        return all ? ExitCode.Ok : ExitCode.Refused;
    }

    private static ReceiptFile Parse(string path)
    {
        try
        {
            return ReceiptFile.Parse(File.ReadAllText(path));
        }
        catch (FormatException exception)
        {
            throw new CommandException(ExitCode.Invalid, $"{path}: {exception.Message}", exception);
        }
    }

    private static async Task<string?> FindDifferenceAsync(ReceiptFile receipt, string path, CancellationToken cancellationToken)
    {
        await using var content = File.OpenRead(path);
        var sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));
        using var record = JsonDocument.Parse(receipt.Record);
        var fields = record.RootElement.GetProperty("fields");

        // A file that a catalog covers stays as it is, so its record has one hash.
        var recorded = fields.TryGetProperty("signedSha256", out var value) || fields.TryGetProperty("originalSha256", out value)
            ? value.GetString() : null;
        return recorded == sha256 ? null : $"{path} is not the file on record: its SHA-256 is {sha256}.";
    }

    private void Tell(bool json, string path, ReceiptFile receipt, string? problem)
    {
        if (json)
        {
            _context.Terminal.Output.WriteLine(JsonLine.Of(
                ("receipt", path), ("holds", problem is null), ("index", receipt.LeafIndex),
                ("problem", problem), ("record", Encoding.UTF8.GetString(receipt.Record))));
            return;
        }

        if (problem is not null)
        {
            _context.Terminal.Output.WriteLine($"{Words.Safe(path)} DOES NOT HOLD: {Words.Safe(problem)}");
            return;
        }

        _context.Terminal.Output.WriteLine($"{Words.Safe(path)} holds: record {receipt.LeafIndex} is in the ledger.");
        _context.Terminal.Show(console => RecordScreen.DrawOne(console, receipt.Record));
    }
}
