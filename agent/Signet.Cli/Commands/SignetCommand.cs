using System.CommandLine;
using Signet.Cli.Commands.Audit;
using Signet.Cli.Commands.Config;
using Signet.Cli.Commands.Credential;
using Signet.Cli.Commands.Key;
using Signet.Cli.Commands.Quorum;
using Signet.Cli.Commands.Requests;

namespace Signet.Cli.Commands;

/// <summary>The root of the command line: every command of <c>signet</c>.</summary>
internal sealed class SignetCommand : RootCommand
{
    /// <summary>Creates the tree of commands.</summary>
    public SignetCommand(CommandContext context)
        : base("Signs the builds of a Jenkins server with a key that never leaves its smartcard or HSM")
    {
        Add(new StatusCommand(context));
        Add(new ServeCommand(context));
        Add(new TokenHostCommand(context));
        Add(new UnlockCommand(context));
        Add(new LockCommand(context));
        Add(new QuorumCommand(context));
        Add(new RequestsCommand(context));
        Add(new AuditCommand(context));
        Add(new VerifyCommand(context));
        Add(new ConfigCommand(context));
        Add(new CredentialCommand(context));
        Add(new KeyCommand(context));
    }
}
