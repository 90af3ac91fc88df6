using System.CommandLine;

namespace Signet.Cli.Commands.Credential;

/// <summary><c>signet credential</c>: the group of commands about the secrets that jobs hold.</summary>
internal sealed class CredentialCommand : Command
{
    /// <summary>Creates the group.</summary>
    public CredentialCommand(CommandContext context)
        : base("credential", "Make the secrets that jobs hold in Jenkins") => Add(new CredentialNewCommand(context));
}
