using System.CommandLine;
using Signet.Cli.Pins;
using Signet.Cli.Screens;
using Signet.Protocol.V1;
using Signet.Tokens.Client;

namespace Signet.Cli.Commands.Quorum;

/// <summary><c>signet quorum replace</c>: the members change, by the word of as many of them as unlock.</summary>
internal sealed class QuorumReplaceCommand : Command
{
    private readonly CommandContext _context;
    private readonly QuorumOptions _options = new();
    private readonly ShareOptions _share;

    private readonly Option<string[]> _remove = new("--remove") { Description = "A member who leaves", HelpName = "ACCOUNT", DefaultValueFactory = _ => [] };
    private readonly Option<string[]> _add = new("--add") { Description = "An enrolled operator who joins", HelpName = "ACCOUNT", DefaultValueFactory = _ => [] };
    private readonly Option<int> _threshold = new("--threshold") { Description = "How many unlock together from now on [as before]", HelpName = "K" };
    private readonly Option<bool> _finalTry = new("--final-try") { Description = "Go on although one more wrong PIN blocks the token, or your own card" };
    private readonly Option<bool> _lock = new("--lock") { Description = "Go on although the token is unlocked, and is locked by this" };

    private readonly Option<bool> _pinStdin = new("--pin-stdin")
    {
        Description = "Read your passphrase from standard input, which must be a pipe or a file: its first line",
    };

    /// <summary>Creates the command.</summary>
    public QuorumReplaceCommand(CommandContext context)
        : base("replace", "Change the members: each of as many as unlock runs the same command, in the own account")
    {
        _context = context;
        _share = new ShareOptions(_pinStdin, _finalTry);
        _options.AddTo(this);
        Add(_remove);
        Add(_add);
        Add(_threshold);
        Add(_finalTry);
        Add(_lock);
        Add(_pinStdin);
        _share.AddTo(this);
        Validators.Add(result =>
        {
            if ((result.GetValue(_remove) ?? []).Length == 0 && (result.GetValue(_add) ?? []).Length == 0 && result.GetValue(_threshold) == 0)
            {
                result.AddError("Say what changes: --remove, --add or --threshold.");
            }
        });
        context.Handle(this, RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        CoreDump.Forbid();
        var (token, location) = _options.Read(arguments);
        var socket = location.TokenSocket(token);
        var finalTry = arguments.GetValue(_finalTry);
        var status = await TokenLook.ReadAsync(_context.Terminal, socket, cancellationToken);
        UnlockChecks.Check(status, finalTry);
        var request = new GiveShareRequest
        {
            Purpose = QuorumPurpose.Replace,

            // The word is for what the operator was shown.
            AcceptFinalTry = finalTry && status.PinCounter == PinCounter.FinalTry,
            Change = new QuorumChange
            {
                Remove = { arguments.GetValue(_remove) },
                Add = { arguments.GetValue(_add) },
                Threshold = arguments.GetValue(_threshold),
            },
        };
        await QuorumCalls.WaitAsync(TokenHostClient.CheckShareAsync(socket, request, cancellationToken));
        await TokenLook.CheckLockAsync(_context.Terminal, status, arguments.GetValue(_lock));
        var response = await _share.GiveAsync(
            _context, arguments, socket, token, request, Order.ShareToReplace(token), cancellationToken);
        _context.Terminal.Output.WriteLine(Words.Safe(response.Done
            ? $"The quorum of {token} is changed, and the token has a new PIN that nobody knows. It is locked: signet unlock {token}"
            : $"{QuorumScreen.Progress(response)}: others confirm with the same command within five minutes."));
        return response.Done ? ExitCode.Ok : ExitCode.NotReady;
    }
}
