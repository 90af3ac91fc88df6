using System.CommandLine;
using Signet.Agent.Ledger;
using Signet.Cli.Connection;
using Signet.Cli.Errors;
using Signet.Cli.Screens;
using Signet.Protocol.V1;

namespace Signet.Cli.Commands.Audit;

/// <summary>
/// <c>signet audit consistency</c>: has the running agent prove that its ledger goes on from a checkpoint that was kept.
/// The agent's word is not taken for it: the proof is checked here (RFC 9162 section 2.1.4.2).
/// </summary>
internal sealed class AuditConsistencyCommand : Command
{
    private readonly CommandContext _context;
    private readonly AgentOptions _agent = new();
    private readonly LedgerKeyOption _key = LedgerKeyOption.Create("without it the agent's own word is taken for it");

    private readonly Argument<string> _old = new("CHECKPOINT")
    {
        Description = "A checkpoint that was kept apart with 'signet audit consistency --save', or a receipt",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Argument<string> _new = new("NEWER")
    {
        Description = "File with a later checkpoint, to compare with instead of the newest one",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _save = new("--save")
    {
        Description = "Keep the newest checkpoint in this file, for the next time",
        HelpName = "FILE",
    };

    /// <summary>Creates the command.</summary>
    public AuditConsistencyCommand(CommandContext context)
        : base("consistency", "Prove that the ledger only grew since a checkpoint. Ends with 0 if so, 2 if not")
    {
        _context = context;
        Add(_old);
        Add(_new);
        Add(_key);
        Add(_save);
        _agent.AddTo(this);
        Validators.Add(result =>
        {
            if (result.GetValue(_old) is null && result.GetValue(_save) is null)
            {
                result.AddError("Give a checkpoint, or --save FILE to keep one.");
            }
        });
        context.Handle(this, RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using var connection = new OperatorConnection(_agent.Locate(arguments));
        var response = await connection.CallAsync(
            "read the status", (client, options) => client.GetStatusAsync(new GetStatusRequest(), options), cancellationToken);
        var ledger = response.Status.Ledger;
        var key = _key.Read(arguments) ?? LedgerKeyOption.Parse(ledger.VerifierKey);
        var newest = arguments.GetValue(_new) is { } newer
            ? Open(KeptCheckpoint.Read(newer), key, newer)
            : Open(ledger.Checkpoint, key, "the agent");
        if (arguments.GetValue(_old) is { } path)
        {
            var old = Open(KeptCheckpoint.Read(path), key, path);
            if (await FindProblemAsync(connection, old, newest, cancellationToken) is { } problem)
            {
                _context.Terminal.Output.WriteLine($"THE LEDGER IS NOT THE ONE THAT IT WAS: {Words.Safe(problem)}");
                return ExitCode.Refused;
            }

            _context.Terminal.Output.WriteLine(
                $"The ledger only grew: from {Words.Count(old.Size, "record")} to {Words.Count(newest.Size, "record")}.");
        }

        if (arguments.GetValue(_save) is { } save)
        {
            await File.WriteAllTextAsync(save, ledger.Checkpoint, cancellationToken);
            _context.Terminal.Output.WriteLine($"Kept the checkpoint for {Words.Count(ledger.Size, "record")} in {Words.Safe(save)}.");
        }

        return ExitCode.Ok;
    }

    private static async Task<string?> FindProblemAsync(
        OperatorConnection connection, Checkpoint old, Checkpoint newest, CancellationToken cancellationToken)
    {
        if (old.Size > newest.Size)
        {
            return $"it had {old.Size} records, and has {newest.Size}.";
        }

        var request = new ProveConsistencyRequest { OldSize = old.Size, NewSize = newest.Size };
        var response = await connection.CallAsync(
            "get the proof", (client, options) => client.ProveConsistencyAsync(request, options), cancellationToken);
        var proof = response.Proof.Select(hash => hash.ToByteArray()).ToList();
        return MerkleVerification.Extends(old.Size, old.Root, newest.Size, newest.Root, proof)
            ? null
            : $"the first {old.Size} records are others than when the checkpoint was kept.";
    }

    private static Checkpoint Open(string note, VerifierKey key, string where)
    {
        try
        {
            return Checkpoint.Open(note, key);
        }
        catch (FormatException exception)
        {
            throw new CommandException(ExitCode.Refused, $"The checkpoint of {where} does not hold: {exception.Message}", exception);
        }
    }
}
