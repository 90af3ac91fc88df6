using Signet.Agent.Ledger;
using Signet.Agent.Storage;
using Signet.Protocol.V1;
using Signet.Tokens;

namespace Signet.Agent.Keys;

/// <summary>Writes what happens to tokens into the ledger.</summary>
internal sealed class LedgerTokenEvents(IAgentStore store) : ITokenEventSink
{
    /// <inheritdoc/>
    public Task RecordAsync(string tokenName, TokenEvent tokenEvent, CancellationToken cancellationToken)
    {
        var kind = tokenEvent.Kind switch
        {
            TokenEventKind.Unlocked => LedgerKinds.TokenUnlocked,
            TokenEventKind.UnlockFailed => LedgerKinds.TokenUnlockFailed,
            TokenEventKind.UnlockRefused => LedgerKinds.OperatorRefused,
            TokenEventKind.Locked => LedgerKinds.TokenLocked,
            TokenEventKind.KeyPinGiven => LedgerKinds.KeyPinGiven,
            TokenEventKind.OperatorEnrolled => LedgerKinds.OperatorEnrolled,
            TokenEventKind.QuorumChanged or TokenEventKind.QuorumFailed => LedgerKinds.QuorumChanged,
            TokenEventKind.ShareGiven or TokenEventKind.ShareRefused or TokenEventKind.SharesExpired => LedgerKinds.QuorumShare,
            _ => LedgerKinds.TokenChanged,
        };
        var actor = tokenEvent switch
        {
            { Account: "" } => "agent",
            { Kind: TokenEventKind.UnlockRefused } => "account:" + tokenEvent.Account,
            _ => "operator:" + tokenEvent.Account,
        };
        var fields = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["token"] = tokenName,
            ["event"] = tokenEvent.Kind.ToString(),
            ["detail"] = tokenEvent.Detail,
        };
        return store.CommitAsync(
            transaction => transaction.Append(new LedgerRecord(kind, actor, fields)), cancellationToken);
    }
}
