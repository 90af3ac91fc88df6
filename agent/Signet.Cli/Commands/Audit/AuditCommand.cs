using System.CommandLine;

namespace Signet.Cli.Commands.Audit;

/// <summary><c>signet audit</c>: the ledger, with an agent and without one.</summary>
internal sealed class AuditCommand : Command
{
    /// <summary>Creates the command with its own commands.</summary>
    public AuditCommand(CommandContext context)
        : base("audit", "Search the ledger, export it, and prove that nobody changed it")
    {
        Add(new AuditVerifyCommand(context));
        Add(new AuditCheckCommand(context));
        Add(new AuditConsistencyCommand(context));
        Add(new AuditSearchCommand(context));
        Add(new AuditExportCommand(context));
        Add(new AuditWhoSignedCommand(context));
    }
}
