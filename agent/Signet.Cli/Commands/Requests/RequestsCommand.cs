using System.CommandLine;

namespace Signet.Cli.Commands.Requests;

/// <summary><c>signet requests</c>: the group of commands about signing requests.</summary>
internal sealed class RequestsCommand : Command
{
    /// <summary>Creates the group.</summary>
    public RequestsCommand(CommandContext context)
        : base("requests", "See what builds want signed, and decide about it")
    {
        Add(new RequestsListCommand(context));
        Add(new RequestsWatchCommand(context));
        Add(new RequestsShowCommand(context));
        Add(new RequestsApproveCommand(context));
        Add(new RequestsDenyCommand(context));
        Add(new RequestsPinCommand(context));
    }
}
