using System.CommandLine;
using Signet.Cli.Connection;
using Signet.Cli.Errors;
using Signet.Protocol.V1;

namespace Signet.Cli.Commands.Requests;

/// <summary><c>signet requests pin</c>: types the PIN for an approved request again, after a wrong one or a lock.</summary>
internal sealed class RequestsPinCommand : Command
{
    private readonly CommandContext _context;
    private readonly AgentOptions _agent = new();
    private readonly Argument<string> _id = new("ID") { Description = "Id of the request" };

    private readonly Option<bool> _pinStdin = new("--pin-stdin")
    {
        Description = "Read the PIN from standard input, which must be a pipe or a file: its first line",
    };

    private readonly Option<bool> _finalTry = new("--final-try") { Description = "Go on although one more wrong PIN blocks the token" };

    /// <summary>Creates the command.</summary>
    public RequestsPinCommand(CommandContext context)
        : base("pin", "Type the PIN of a key that wants it at each use, for an approved request")
    {
        _context = context;
        Add(_id);
        Add(_pinStdin);
        Add(_finalTry);
        _agent.AddTo(this);
        context.Handle(this, RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var entry = new KeyPinEntry(_context.Terminal, _agent.Locate(arguments));
        var detail = await entry.LookAsync(arguments.GetRequiredValue(_id), cancellationToken);
        if (detail.Key is not { AlwaysAuthenticate: true })
        {
            throw new CommandException(
                ExitCode.Refused, "The key of this request asks for no PIN at its use, or its token is locked.\nSee: signet status");
        }

        if (detail.Request.State != RequestState.Approved)
        {
            throw new CommandException(
                ExitCode.Refused, $"Request {detail.Request.RequestId} is {Screens.Requests.RequestWords.Of(detail.Request.State)}, not approved.");
        }

        await entry.GiveAsync(detail, arguments.GetValue(_pinStdin), arguments.GetValue(_finalTry), cancellationToken);
        return ExitCode.Ok;
    }
}
