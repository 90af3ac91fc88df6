using Microsoft.Extensions.Logging;
using Signet.Protocol.Local;
using Signet.Protocol.V1;

namespace Signet.Tokens.Host;

/// <summary>Notes who was refused: the first of each minute for the ledger and the log, and how many came besides.</summary>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class TokenHostRefusals(TokenFeed feed, TimeProvider time, ILogger<TokenHostRefusals> logger)
{
    private const int MostInMinute = 30;

    private readonly FloodLimit _limit = new(time, MostInMinute);

    /// <summary>Notes a refusal.</summary>
    /// <param name="caller">Who was refused.</param>
    /// <param name="what">What was attempted, to follow "may not".</param>
    public void Note(PeerIdentity caller, string what)
    {
        if (!_limit.TryTake(caller.Account, out var suppressed))
        {
            return;
        }

        logger.LogWarning(
            "Account {Account}, process {Process}, may not {What} the token. {Suppressed} refusals before it were not noted one by one",
            caller.Account, caller.ProcessId, what, suppressed);
        var why = caller.HasProcess
            ? "The account is no operator."
            : "The system does not tell which process called: it is outside of this host's PID namespace.";
        feed.Note(
            TokenEventKind.UnlockRefused,
            caller.Account,
            suppressed == 0 ? why : $"{why} {suppressed} refusals before it were not recorded one by one.");
    }
}
