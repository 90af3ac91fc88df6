using System.CommandLine;
using System.Security.Cryptography;
using Signet.Cli.Commands.Quorum;
using Signet.Cli.Connection;
using Signet.Cli.Errors;
using Signet.Cli.Pins;
using Signet.Cli.Screens;
using Signet.Cli.Screens.Status;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;
using Signet.Tokens.Client;

namespace Signet.Cli.Commands;

/// <summary><c>signet unlock</c>: an operator's PIN, from the terminal straight to the process that holds the token.</summary>
internal sealed class UnlockCommand : Command
{
    private readonly CommandContext _context;
    private readonly ShareOptions _share;
    private readonly AgentOptions _agent = new();

    private readonly Argument<string[]> _tokens = new("TOKEN")
    {
        Description = "Name of the token, or of the key in a PFX file; several one after the other. Not needed where just one is locked",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<bool> _all = new("--all") { Description = "Every token that is not unlocked" };

    private readonly Option<bool> _pinStdin = new("--pin-stdin")
    {
        Description = "Read the PIN from standard input, which must be a pipe or a file: its first line",
    };

    private readonly Option<bool> _pinPad = new("--pin-pad")
    {
        Description = "Type the PIN on the token's own pad",
    };

    private readonly Option<bool> _finalTry = new("--final-try")
    {
        Description = "Go on although one more wrong PIN blocks the token",
    };

    /// <summary>Creates the command.</summary>
    public UnlockCommand(CommandContext context)
        : base("unlock", "Unlock a token with its PIN, which is asked for and never taken from the command line")
    {
        _context = context;
        _share = new ShareOptions(_pinStdin, _finalTry);
        Add(_tokens);
        Add(_all);
        Add(_pinStdin);
        Add(_pinPad);
        Add(_finalTry);
        _share.AddTo(this);
        _agent.AddTo(this);
        Validators.Add(result =>
        {
            if (result.GetValue(_pinStdin) && result.GetValue(_pinPad))
            {
                result.AddError("Give --pin-stdin or --pin-pad, not both.");
            }

            var names = result.GetValue(_tokens) ?? [];
            if (result.GetValue(_all) && names.Length > 0)
            {
                result.AddError("Name tokens, or say --all, not both.");
            }

            if (result.GetValue(_pinStdin) && (result.GetValue(_all) || names.Length > 1))
            {
                result.AddError("--pin-stdin is for one token.");
            }
        });
        context.Handle(this, RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        CoreDump.Forbid();
        var location = _agent.Locate(arguments);
        var tokens = await ChooseAsync(arguments, location, cancellationToken);
        foreach (var token in tokens)
        {
            TokenChoice.CheckName(location, token);
        }

        var worst = ExitCode.Ok;
        foreach (var token in tokens)
        {
            worst = Math.Max(worst, await UnlockAsync(arguments, location, token, cancellationToken));
        }

        return worst;
    }

    private async Task<IReadOnlyList<string>> ChooseAsync(
        ParseResult arguments, AgentLocation location, CancellationToken cancellationToken)
    {
        if (arguments.GetValue(_all))
        {
            return await TokenChoice.AllLockedAsync(location, cancellationToken);
        }

        return arguments.GetValue(_tokens) is { Length: > 0 } named
            ? [.. named.Distinct(StringComparer.Ordinal)]
            : [await TokenChoice.OnlyLockedAsync(location, cancellationToken)];
    }

    private async Task<int> UnlockAsync(
        ParseResult arguments, AgentLocation location, string token, CancellationToken cancellationToken)
    {
        var status = await TokenHostClient.GetStatusAsync(location.TokenSocket(token), cancellationToken);
        Describe(status);
        if (status.State == TokenState.Ready)
        {
            _context.Terminal.Output.WriteLine($"Token {token} is unlocked already; nothing was tried.");
            return ExitCode.Ok;
        }

        var finalTry = arguments.GetValue(_finalTry);
        UnlockChecks.Check(status, finalTry);
        if (TokenRows.NeedsNoPin(status))
        {
            await TokenHostClient.UnlockWithoutPinAsync(location.TokenSocket(token), cancellationToken);
            return await new UnlockOutcome(_context.Terminal, location).ShowAsync(token, cancellationToken);
        }

        if (status.UnlockMethod == UnlockMethod.Quorum)
        {
            return await GiveShareAsync(arguments, location, status, cancellationToken);
        }

        var usePad = arguments.GetValue(_pinPad) || status.UnlockMethod == UnlockMethod.PinPad;
        var unlocked = usePad
            ? await UnlockWithPadAsync(location, status, finalTry, cancellationToken)
            : await UnlockWithPinAsync(location, status, arguments.GetValue(_pinStdin), finalTry, cancellationToken);
        if (unlocked.State != TokenState.Ready)
        {
            throw new CommandException(
                ExitCode.Refused, $"Token {token} took the PIN and is {StateWords.Of(unlocked.State)} all the same. {unlocked.Detail}");
        }

        return await new UnlockOutcome(_context.Terminal, location).ShowAsync(token, cancellationToken);
    }

    private async Task<int> GiveShareAsync(
        ParseResult arguments, AgentLocation location, TokenStatus status, CancellationToken cancellationToken)
    {
        var token = status.Name;

        // The word is for what the operator was shown; the operator's own card may want it as well.
        var finalTry = arguments.GetValue(_finalTry) && status.PinCounter == PinCounter.FinalTry;
        var request = new GiveShareRequest { Purpose = QuorumPurpose.Unlock, AcceptFinalTry = finalTry };
        var response = await _share.GiveAsync(
            _context, arguments, location.TokenSocket(token), token, request, Order.ShareToUnlock(token), cancellationToken);
        if (response.Done)
        {
            return await new UnlockOutcome(_context.Terminal, location).ShowAsync(token, cancellationToken);
        }

        _context.Terminal.Output.WriteLine(Words.Safe(
            $"Token {token} is unlocking {QuorumScreen.Progress(response)}. The others run the same within five minutes: signet unlock {token}"));
        return ExitCode.NotReady;
    }

    private void Describe(TokenStatus status)
    {
        // To standard error, as the prompt: the output is the outcome alone.
        var error = _context.Terminal.Error;
        error.WriteLine(Words.Safe($"Token {status.Name}: {TokenRows.Identity(status)}"));
        error.WriteLine(TokenRows.NeedsNoPin(status)
            ? $"  {StateWords.Of(status.State)}; needs no PIN"
            : status.Hardware
            ? $"  {StateWords.Of(status.State)}; PIN: {StateWords.Of(status.PinCounter)}"
            : $"  {StateWords.Of(status.State)}; no hardware protection (PFX file)");
    }

    private async Task<TokenStatus> UnlockWithPinAsync(
        AgentLocation location, TokenStatus status, bool fromPipe, bool finalTry, CancellationToken cancellationToken)
    {
        PinEntry.CheckInput(fromPipe);
        var prompt = status.Hardware ? $"PIN of {status.Name}: " : $"Password of {status.Name}: ";
        var pin = await new PinEntry(_context.Terminal).ReadAsync(Words.Safe(prompt), fromPipe, cancellationToken);

        try
        {
            return await ExplainAsync(
                location, status, () => TokenHostClient.UnlockAsync(location.TokenSocket(status.Name), pin, finalTry, cancellationToken),
                cancellationToken);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pin);
        }
    }

    private async Task<TokenStatus> UnlockWithPadAsync(
        AgentLocation location, TokenStatus status, bool finalTry, CancellationToken cancellationToken)
    {
        await _context.Terminal.Error.WriteLineAsync($"Type the PIN on the pad of {Words.Safe(status.Name)} now.");
        return await ExplainAsync(
            location, status,
            () => TokenHostClient.UnlockWithPinPadAsync(location.TokenSocket(status.Name), finalTry, cancellationToken), cancellationToken);
    }

    // A refused PIN may have changed the counter, and whoever tries again has to know.
    private static async Task<TokenStatus> ExplainAsync(
        AgentLocation location, TokenStatus before, Func<Task<TokenStatus>> attempt, CancellationToken cancellationToken)
    {
        try
        {
            return await Order.Login(before.Name).WaitAsync(attempt, cancellationToken);
        }
        catch (SigningException exception) when (exception.Reason == ErrorReason.InvalidRequest)
        {
            var after = await TokenHostClient.GetStatusAsync(location.TokenSocket(before.Name), CancellationToken.None);
            var counter = after.Hardware ? $"\nToken {before.Name} now says of its PIN: {StateWords.Of(after.PinCounter)}." : string.Empty;
            throw new CommandException(
                ExitCode.Refused, $"Could not unlock {before.Name}: {exception.Message}{counter}", exception);
        }
    }
}
