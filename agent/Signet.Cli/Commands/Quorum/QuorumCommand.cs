using System.CommandLine;

namespace Signet.Cli.Commands.Quorum;

/// <summary><c>signet quorum</c>: the group of commands about tokens that several operators unlock together.</summary>
internal sealed class QuorumCommand : Command
{
    /// <summary>Creates the group.</summary>
    public QuorumCommand(CommandContext context)
        : base("quorum", "Let several operators unlock a token together, so that none of them knows its PIN")
    {
        Add(new QuorumEnrollCommand(context));
        Add(new QuorumCreateCommand(context));
        Add(new QuorumShowCommand(context));
        Add(new QuorumReplaceCommand(context));
        Add(new QuorumTestCommand(context));
    }
}
