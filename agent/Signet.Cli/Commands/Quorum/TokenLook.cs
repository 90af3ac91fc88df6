using Signet.Cli.Errors;
using Signet.Cli.Screens;
using Signet.Cli.Screens.Status;
using Signet.Protocol.V1;
using Signet.Tokens.Client;

namespace Signet.Cli.Commands.Quorum;

/// <summary>What a command about a quorum looks at before it asks for anything.</summary>
internal static class TokenLook
{
    /// <summary>Shows what the token says of itself and of its PIN, on standard error.</summary>
    public static async Task<TokenStatus> ReadAsync(Terminal terminal, string socket, CancellationToken cancellationToken)
    {
        var status = await TokenHostClient.GetStatusAsync(socket, cancellationToken);
        await terminal.Error.WriteLineAsync(Words.Safe($"Token {status.Name}: {TokenRows.Identity(status)}"));
        await terminal.Error.WriteLineAsync($"  {StateWords.Of(status.State)}; PIN: {StateWords.Of(status.PinCounter)}");
        return status;
    }

    /// <summary>Returns where a ceremony may lock the token; says that it will.</summary>
    /// <param name="terminal">Where it is said.</param>
    /// <param name="status">The token.</param>
    /// <param name="mayLock">Whether the operator said the explicit word.</param>
    /// <exception cref="CommandException">Its keys may be signing, and nobody said the word.</exception>
    public static async Task CheckLockAsync(Terminal terminal, TokenStatus status, bool mayLock)
    {
        if (status.State == TokenState.Ready && !mayLock)
        {
            throw new CommandException(
                ExitCode.Refused,
                $"Token {status.Name} is unlocked, and a new PIN locks it: what its keys are signing then waits for the next unlock.\n"
                + "Nothing was asked for. If that is meant, say so: add --lock.");
        }

        await terminal.Error.WriteLineAsync(Words.Safe(
            $"The token gets a new PIN and is locked then, until the quorum unlocks it: signet unlock {status.Name}"));
    }
}
