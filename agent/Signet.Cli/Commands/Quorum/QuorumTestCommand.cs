using System.CommandLine;
using Signet.Cli.Pins;
using Signet.Cli.Screens;
using Signet.Protocol.V1;

namespace Signet.Cli.Commands.Quorum;

/// <summary><c>signet quorum test</c>: whether shares and passphrases still work, without a login.</summary>
internal sealed class QuorumTestCommand : Command
{
    private readonly CommandContext _context;
    private readonly QuorumOptions _options = new();
    private readonly ShareOptions _share;

    private readonly Option<bool> _pinStdin = new("--pin-stdin")
    {
        Description = "Read your passphrase from standard input, which must be a pipe or a file: its first line",
    };

    private readonly Option<bool> _finalTry = new("--final-try") { Description = "Go on although one more wrong PIN blocks your own card" };

    /// <summary>Creates the command.</summary>
    public QuorumTestCommand(CommandContext context)
        : base("test", "Check your share, and together with others that the quorum could unlock; no PIN is tried")
    {
        _context = context;
        _share = new ShareOptions(_pinStdin, _finalTry);
        _options.AddTo(this);
        Add(_pinStdin);
        Add(_finalTry);
        _share.AddTo(this);
        context.Handle(this, RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        CoreDump.Forbid();
        var (token, location) = _options.Read(arguments);
        var socket = location.TokenSocket(token);

        // Whatever it says: no PIN of the token is tried.
        await TokenLook.ReadAsync(_context.Terminal, socket, cancellationToken);
        var response = await _share.GiveAsync(
            _context, arguments, socket, token, new GiveShareRequest { Purpose = QuorumPurpose.Test }, Order.ShareToTest(token),
            cancellationToken);
        _context.Terminal.Output.WriteLine(Words.Safe(response.Done
            ? $"Your share is right, and {string.Join(", ", response.Operators)} together could unlock {token}. No PIN was tried."
            : $"Your share is right. {QuorumScreen.Progress(response)}: with the others' within five minutes the whole is tested."));
        return ExitCode.Ok;
    }
}
