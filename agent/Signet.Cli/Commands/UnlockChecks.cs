using Signet.Cli.Errors;
using Signet.Cli.Screens.Status;
using Signet.Protocol.V1;

namespace Signet.Cli.Commands;

/// <summary>Stops an unlock that cannot succeed, or that may block the token, before anybody types a PIN.</summary>
internal static class UnlockChecks
{
    /// <summary>Returns where a PIN may be tried.</summary>
    /// <param name="status">What the token says of itself.</param>
    /// <param name="acceptFinalTry">Whether the operator said the explicit word.</param>
    /// <exception cref="CommandException">No PIN may be tried.</exception>
    public static void Check(TokenStatus status, bool acceptFinalTry)
    {
        if (status.State == TokenState.Absent)
        {
            throw new CommandException(ExitCode.Unreachable, $"Token {status.Name} is not there. {status.Detail}".TrimEnd());
        }

        if (TokenRows.NeedsNoPin(status))
        {
            return;
        }

        CheckPin($"token {status.Name}", status, acceptFinalTry);
    }

    /// <summary>As <see cref="Check"/>, for anything that is there and has a PIN.</summary>
    /// <param name="what">What it is, in the middle of a sentence: "token card", "your own card".</param>
    /// <param name="status">What it says of itself.</param>
    /// <param name="acceptFinalTry">Whether the operator said the explicit word.</param>
    /// <exception cref="CommandException">No PIN may be tried.</exception>
    public static void CheckPin(string what, TokenStatus status, bool acceptFinalTry)
    {
        if (status.State == TokenState.Blocked || status.PinCounter == PinCounter.Locked)
        {
            throw new CommandException(
                ExitCode.Refused,
                $"{char.ToUpperInvariant(what[0])}{what[1..]} is blocked by wrong PINs and takes none any more.\n"
                + "Its security officer unblocks it with the tool of the token's maker (SO PIN or PUK).");
        }

        if (status.PinCounter == PinCounter.FinalTry && !acceptFinalTry)
        {
            throw new CommandException(
                ExitCode.Refused,
                $"One more wrong PIN blocks {what}, so no PIN was asked for.\n"
                + "If you are sure of the PIN, say so: add --final-try.");
        }
    }
}
