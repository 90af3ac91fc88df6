using System.CommandLine;
using Signet.Cli.Screens;
using Signet.Tokens.Client;

namespace Signet.Cli.Commands.Quorum;

/// <summary><c>signet quorum show</c>: members, threshold, and who is enrolled.</summary>
internal sealed class QuorumShowCommand : Command
{
    private readonly CommandContext _context;
    private readonly QuorumOptions _options = new();
    private readonly Option<bool> _json = new("--json") { Description = "The quorum as JSON (signet.v1.GetQuorumResponse without shares)" };

    /// <summary>Creates the command.</summary>
    public QuorumShowCommand(CommandContext context)
        : base("show", "Show the members of a token's quorum, and who is enrolled")
    {
        _context = context;
        _options.AddTo(this);
        Add(_json);
        context.Handle(this, RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var (token, location) = _options.Read(arguments);
        var response = await TokenHostClient.GetQuorumAsync(location.TokenSocket(token), cancellationToken);
        if (arguments.GetValue(_json))
        {
            // A sealed share helps nobody without its key, and still has no place in a file or a mail.
            response.Shares.Clear();
            _context.Terminal.Output.WriteLine(ProtocolJson.Format(response));
        }
        else
        {
            _context.Terminal.Show(console => QuorumScreen.Draw(console, token, response));
        }

        return ExitCode.Ok;
    }
}
