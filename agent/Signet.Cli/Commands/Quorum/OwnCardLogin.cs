using System.Security.Cryptography;
using Signet.Cli.Errors;
using Signet.Cli.Pins;
using Signet.Cli.Screens;
using Signet.Cli.Screens.Status;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;
using Signet.Tokens.Quorum;

namespace Signet.Cli.Commands.Quorum;

/// <summary>The operator's own card and its PIN, which is asked for under the rules of <c>signet unlock</c>.</summary>
/// <param name="terminal">Where it is asked for.</param>
/// <param name="fromPipe">Whether the PIN comes from a pipe.</param>
/// <param name="finalTry">Go on although one more wrong PIN blocks the card.</param>
internal sealed class OwnCardLogin(Terminal terminal, bool fromPipe, bool finalTry)
{
    private const string What = "your own card";

    /// <summary>Finds the card, shows what it says of its PIN, and logs in.</summary>
    /// <param name="module">The card's PKCS#11 module.</param>
    /// <param name="certificates">DER; the card has the key of one of them.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The card; the caller disposes of it.</returns>
    /// <exception cref="CommandException">No PIN may be tried, or the one that was tried was refused.</exception>
    public async Task<OwnCard> OpenAsync(string module, IEnumerable<byte[]> certificates, CancellationToken cancellationToken)
    {
        var path = Path.GetFullPath(module);
        if (!File.Exists(path))
        {
            throw new CommandException(ExitCode.Invalid, $"There is no PKCS#11 module {path}.\nName the one of your own card: --card-module FILE");
        }

        var card = OwnCard.Find(path, [.. certificates]);
        try
        {
            await LogInAsync(card, cancellationToken);
            return card;
        }
        catch
        {
            card.Dispose();
            throw;
        }
    }

    private async Task LogInAsync(OwnCard card, CancellationToken cancellationToken)
    {
        var status = card.ReadStatus();
        await terminal.Error.WriteLineAsync(Words.Safe($"Your own card: {TokenRows.Identity(status)}"));
        if (!card.NeedsLogin)
        {
            await terminal.Error.WriteLineAsync("  needs no PIN");
            return;
        }

        await terminal.Error.WriteLineAsync($"  PIN: {StateWords.Of(status.PinCounter)}");
        UnlockChecks.CheckPin(What, status, finalTry);
        if (status.UnlockMethod == UnlockMethod.PinPad)
        {
            await terminal.Error.WriteLineAsync($"Type the PIN on the pad of {What} now.");
            await TryAsync(card, null, cancellationToken);
            return;
        }

        PinEntry.CheckInput(fromPipe);
        var pin = await new PinEntry(terminal).ReadAsync("PIN of your own card: ", fromPipe, cancellationToken);
        try
        {
            await TryAsync(card, pin, cancellationToken);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pin);
        }
    }

    private static async Task TryAsync(OwnCard card, byte[]? pin, CancellationToken cancellationToken)
    {
        try
        {
            // On another thread, since a pad waits for a person and Ctrl+C has to end that: with the process, the login.
            await Task.Run(() => card.LogIn(pin), CancellationToken.None).WaitAsync(cancellationToken);
        }
        catch (SigningException exception) when (exception.Reason == ErrorReason.InvalidRequest)
        {
            throw new CommandException(
                ExitCode.Refused,
                $"Could not log in to {What}: {exception.Message}\nIt now says of its PIN: {StateWords.Of(card.ReadStatus().PinCounter)}.", exception);
        }
    }
}
