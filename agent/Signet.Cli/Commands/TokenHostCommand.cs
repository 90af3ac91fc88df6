using System.CommandLine;
using Signet.Tokens.Host;

namespace Signet.Cli.Commands;

/// <summary>
/// <c>signet token-host</c>: the process that holds one token. The agent starts it and tells it what to serve; nobody else
/// does. It reads no configuration, so a file that changed means nothing to it before the agent has loaded it.
/// </summary>
internal sealed class TokenHostCommand : Command
{
    // Seen by whoever lists the processes of the node; what counts is what the agent says.
    private readonly Option<string> _token = new("--token")
    {
        Description = "Name of the token, or of the key in a PFX file",
        HelpName = "NAME",
        Required = true,
    };

    /// <summary>Creates the command.</summary>
    public TokenHostCommand(CommandContext context)
        : base("token-host", "Hold one token for the agent that starts this, until standard input ends")
    {
        Hidden = true;
        Add(_token);
        context.HandleService(this, RunAsync);
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        await TokenHostProcess.RunAsync(cancellationToken);
        return ExitCode.Ok;
    }
}
