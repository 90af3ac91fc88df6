using System.CommandLine;
using Signet.Agent.Ledger.Auditing;
using Signet.Cli.Connection;
using Signet.Cli.Errors;
using Signet.Cli.Screens;
using Signet.Protocol.V1;

namespace Signet.Cli.Commands.Audit;

/// <summary><c>signet audit verify</c>: recomputes a ledger.</summary>
internal sealed class AuditVerifyCommand : Command
{
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromHours(1);

    private readonly CommandContext _context;
    private readonly AgentOptions _agent = new();
    private readonly LedgerKeyOption _key = LedgerKeyOption.Create("without it an export is checked against the key that it states itself");
    private readonly Option<bool> _json = new("--json") { Description = "The result as JSON" };

    private readonly Argument<string?> _file = new("FILE")
    {
        Description = "An export, or an agent's signet.db; without it the running agent verifies its own",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string[]> _checkpoints = new("--checkpoint")
    {
        Description = "A checkpoint that was kept apart, or a receipt: the ledger must go on from it; may be given several times",
        HelpName = "FILE",
        DefaultValueFactory = _ => [],
    };

    /// <summary>Creates the command.</summary>
    public AuditVerifyCommand(CommandContext context)
        : base("verify", "Recompute every record, root and signature of the ledger. Ends with 0 if all hold, 2 if not")
    {
        _context = context;
        Add(_file);
        Add(_key);
        Add(_checkpoints);
        Add(_json);
        _agent.AddTo(this);
        context.Handle(this, RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var result = arguments.GetValue(_file) is { } file
            ? VerifyFile(arguments, file, cancellationToken)
            : await AskAgentAsync(arguments, cancellationToken);
        if (arguments.GetValue(_json))
        {
            _context.Terminal.Output.WriteLine(JsonLine.Of(
                ("holds", result.Problems.Count == 0), ("size", result.Size), ("key", result.Key),
                ("firstBadIndex", result.FirstBadIndex), ("problems", JsonLine.List(result.Problems))));
        }
        else
        {
            Tell(result);
        }

        return result.Problems.Count == 0 ? ExitCode.Ok : ExitCode.Refused;
    }

    private Result VerifyFile(ParseResult arguments, string path, CancellationToken cancellationToken)
    {
        using var file = LedgerFile.Open(path);
        var given = _key.Read(arguments);
        var key = given ?? file.StatedKey
            ?? throw new CommandException(
                ExitCode.Invalid, "A store does not say whose it is: give its public key with --key ('signet status' shows it).");
        var kept = arguments.GetValue(_checkpoints)!.Select(KeptCheckpoint.Read).ToList();
        var verified = new LedgerVerifier(key).Verify(file.Source, kept, cancellationToken);
        return new Result(
            verified.Size, key.ToString(), given is not null, verified.Findings.FirstOrDefault(finding => finding.Index is not null)?.Index,
            [.. verified.Findings.Select(finding => finding.Detail)]);
    }

    private async Task<Result> AskAgentAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        if (arguments.GetValue(_checkpoints)!.Length > 0 || arguments.GetValue(_key) is not null)
        {
            throw new CommandException(
                ExitCode.Invalid,
                "--key and --checkpoint are for an export: make one with 'signet audit export', or use 'signet audit consistency'.");
        }

        using var connection = new OperatorConnection(_agent.Locate(arguments));
        var status = await connection.CallAsync(
            "read the status", (client, options) => client.GetStatusAsync(new GetStatusRequest(), options), cancellationToken);
        var response = await connection.CallAsync(
            "verify the ledger", LongestAnswer,
            (client, options) => client.VerifyLedgerAsync(new VerifyLedgerRequest(), options), cancellationToken);
        return new Result(
            response.Size, status.Status.Ledger.VerifierKey, KeyIsKnown: true,
            response.HasFirstBadIndex ? response.FirstBadIndex : null,
            response.Holds ? [] : response.Detail.Split('\n'));
    }

    private void Tell(Result result)
    {
        var output = _context.Terminal.Output;
        if (result.Problems.Count == 0)
        {
            output.WriteLine($"The ledger holds: {Words.Count(result.Size, "record")}, every root and every signature.");
        }
        else
        {
            output.WriteLine($"THE LEDGER DOES NOT HOLD ({Words.Count(result.Size, "record")} read):");
            foreach (var problem in result.Problems)
            {
                output.WriteLine("  " + Words.Safe(problem));
            }
        }

        output.WriteLine($"  key {Words.Safe(result.Key)}");
        if (!result.KeyIsKnown)
        {
            output.WriteLine("  The export states this key itself. Compare it with the one that you noted, or give that one with --key.");
        }
    }

    private sealed record Result(
        long Size, string Key, bool KeyIsKnown, long? FirstBadIndex, IReadOnlyList<string> Problems);
}
