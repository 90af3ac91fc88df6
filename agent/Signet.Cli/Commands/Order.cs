using Signet.Cli.Errors;

namespace Signet.Cli.Commands;

/// <summary>
/// Something that another process carries out once it has been handed over, whether anybody waits for it or not. Ctrl+C
/// ends the wait alone, and the operator has to be told so.
/// </summary>
/// <param name="GoesOn">What goes on, as a sentence.</param>
/// <param name="Look">The command that shows how it ended.</param>
/// <param name="Undo">How it is taken back, as a sentence.</param>
internal sealed record Order(string GoesOn, string Look, string Undo)
{
    /// <summary>A login with a PIN that was typed.</summary>
    public static Order Login(string token) => new(
        $"You ended the wait, and the login goes on: token {token} may be unlocked in a moment.", "signet status",
        $"Take it back: signet lock {token}");

    /// <summary>A share for an unlock.</summary>
    public static Order ShareToUnlock(string token) => new(
        $"You ended the wait, and your share counts all the same: token {token} may be unlocked in a moment.", "signet status",
        $"Take it back: signet lock {token}");

    /// <summary>A share for a test.</summary>
    public static Order ShareToTest(string token) => new(
        $"You ended the wait, and your share for the test of {token} was given all the same.", "signet status",
        "It is forgotten within five minutes, and unlocks nothing.");

    /// <summary>A share for a change of members.</summary>
    public static Order ShareToReplace(string token) => new(
        $"You ended the wait, and your share counts all the same: with the last one the quorum of {token} changes.", $"signet quorum show {token}",
        $"While others are waited for, take it back: signet lock {token}");

    /// <summary>The first ceremony of a quorum.</summary>
    public static Order Ceremony(string token) => new(
        $"You ended the wait, and the ceremony goes on: token {token} may have a new PIN in a moment, which nobody knows.",
        $"signet quorum show {token}", $"It cannot be taken back; it leaves the old PIN or a whole quorum, which unlocks: signet unlock {token}");

    /// <summary>An operator's enrollment.</summary>
    public static Order Enrollment(string token) => new(
        $"You ended the wait, and you may be enrolled for {token} all the same.", $"signet quorum show {token}",
        "Another enrollment takes its place.");

    /// <summary>The PIN of a key that wants it at each use.</summary>
    public static Order KeyPin(string token, string requestId) => new(
        $"You ended the wait, and the PIN was handed over: it serves request {requestId}.", $"signet requests show {requestId}",
        $"Have it forgotten: signet lock {token}");

    /// <summary>An approval.</summary>
    public static Order Approval(string requestId) => new(
        $"You ended the wait, and the approval was sent: it may be recorded all the same.", $"signet requests show {requestId}",
        $"Take it back: signet requests deny {requestId} --reason TEXT");

    /// <summary>A denial.</summary>
    public static Order Denial(string requestId) => new(
        "You ended the wait, and the denial was sent: it may be recorded all the same.", $"signet requests show {requestId}",
        "A denial cannot be taken back; the job asks again.");

    /// <summary>A lock.</summary>
    public static Order Lock(string? token) => new(
        $"You ended the wait, and the lock was ordered: it goes on.", "signet status",
        $"Unlock again: signet unlock {token ?? "--all"}");

    /// <summary>A reload of the configuration.</summary>
    public static Order Reload { get; } = new(
        "You ended the wait, and the agent may take its configuration file into use all the same.", "signet status",
        "Take it back: put the old file in its place and reload again.");

    /// <summary>A signature of the agent's own over a key's OpenPGP form.</summary>
    public static Order Export(string key) => new(
        $"You ended the wait, and key {key} may sign its export all the same.", "signet audit search", "It does no harm; export again.");

    /// <summary>Hands it over and waits.</summary>
    /// <param name="call">The call; it ends with <paramref name="cancellationToken"/>.</param>
    /// <param name="cancellationToken">Ends the wait. Where it ended before, nothing is handed over.</param>
    /// <exception cref="CommandException">The wait ended before the answer came.</exception>
    public async Task<T> WaitAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return await call();
        }
        catch (OperationCanceledException exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new CommandException(ExitCode.NotReady, $"{GoesOn}\nSee: {Look}\n{Undo}", exception);
        }
    }
}
