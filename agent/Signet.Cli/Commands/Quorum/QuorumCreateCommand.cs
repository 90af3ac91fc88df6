using System.CommandLine;
using System.Security.Cryptography;
using Signet.Cli.Pins;
using Signet.Cli.Screens;
using Signet.Protocol.V1;
using Signet.Tokens.Client;

namespace Signet.Cli.Commands.Quorum;

/// <summary><c>signet quorum create</c>: the token gets a random PIN that nobody sees, and operators get shares of it.</summary>
internal sealed class QuorumCreateCommand : Command
{
    private readonly CommandContext _context;
    private readonly QuorumOptions _options = new();

    private readonly Option<int> _threshold = new("--threshold")
    {
        Description = "How many operators unlock together",
        HelpName = "K",
        Required = true,
    };

    private readonly Option<string[]> _operators = new("--operator")
    {
        Description = "Account of a member, who is enrolled; given once for each member",
        HelpName = "ACCOUNT",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<bool> _pinStdin = new("--pin-stdin")
    {
        Description = "Read the token's PIN from standard input, which must be a pipe or a file: its first line",
    };

    private readonly Option<bool> _finalTry = new("--final-try") { Description = "Go on although one more wrong PIN blocks the token" };

    private readonly Option<bool> _lock = new("--lock") { Description = "Go on although the token is unlocked, and is locked by this" };

    private readonly Option<bool> _force = new("--force")
    {
        Description = "Although there is a quorum: for a token whose PIN its security officer has set anew",
    };

    /// <summary>Creates the command.</summary>
    public QuorumCreateCommand(CommandContext context)
        : base("create", "Replace the token's PIN by a random one that only a quorum of operators can use")
    {
        _context = context;
        _options.AddTo(this);
        Add(_threshold);
        Add(_operators);
        Add(_pinStdin);
        Add(_finalTry);
        Add(_lock);
        Add(_force);
        context.Handle(this, RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        CoreDump.Forbid();
        var (token, location) = _options.Read(arguments);
        var fromPipe = arguments.GetValue(_pinStdin);
        var socket = location.TokenSocket(token);
        var finalTry = arguments.GetValue(_finalTry);
        var status = await TokenLook.ReadAsync(_context.Terminal, socket, cancellationToken);
        UnlockChecks.Check(status, finalTry);
        var request = new CreateQuorumRequest
        {
            Threshold = arguments.GetRequiredValue(_threshold),
            Operators = { arguments.GetRequiredValue(_operators) },
            AcceptFinalTry = finalTry,
            Force = arguments.GetValue(_force),
        };
        await QuorumCalls.WaitAsync(TokenHostClient.CheckQuorumAsync(socket, request, cancellationToken));
        await TokenLook.CheckLockAsync(_context.Terminal, status, arguments.GetValue(_lock));
        PinEntry.CheckInput(fromPipe);
        var pin = await new PinEntry(_context.Terminal).ReadAsync(Words.Safe($"PIN of {token} so far: "), fromPipe, cancellationToken);
        QuorumDescription quorum;
        try
        {
            quorum = await Order.Ceremony(token).WaitAsync(
                () => QuorumCalls.WaitAsync(TokenHostClient.CreateQuorumAsync(socket, pin, request, cancellationToken)), cancellationToken);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pin);
        }

        _context.Terminal.Output.WriteLine(Words.Safe(
            $"Token {token} has a PIN that nobody knows. Any {quorum.Threshold} of {QuorumScreen.Accounts(quorum)} unlock it together: signet unlock {token}"));
        return ExitCode.Ok;
    }
}
