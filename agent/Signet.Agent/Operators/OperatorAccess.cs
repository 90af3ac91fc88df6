using Grpc.Core;
using Signet.Agent.Configuration;
using Signet.Agent.Ledger;
using Signet.Agent.Storage;
using Signet.Protocol.Errors;
using Signet.Protocol.Local;
using Signet.Protocol.V1;

namespace Signet.Agent.Operators;

/// <summary>Who may call what on the operator socket. The operating system says who calls; refusals are recorded.</summary>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class OperatorAccess(ConfigurationHolder configuration, IAgentStore store)
{
    /// <summary>For calls that change something: operators alone.</summary>
    /// <returns>The caller's account.</returns>
    /// <exception cref="SigningException">NOT_GRANTED. Recorded.</exception>
    public Task<string> RequireOperatorAsync(ServerCallContext context) =>
        RequireAsync(context, _ => false, "one of the operators of this node");

    /// <summary>For the ledger: operators, and root, who can read its file anyway.</summary>
    /// <returns>The caller's account.</returns>
    /// <exception cref="SigningException">NOT_GRANTED. Recorded.</exception>
    public Task<string> RequireAuditorAsync(ServerCallContext context) =>
        RequireAsync(context, peer => peer.IsRoot, "one of the operators of this node or root");

    /// <summary>For the status: operators, root, and the account that the agent runs under.</summary>
    /// <returns>The caller's account.</returns>
    /// <exception cref="SigningException">NOT_GRANTED. Recorded.</exception>
    public Task<string> RequireReaderAsync(ServerCallContext context) =>
        RequireAsync(context, peer => peer.IsRoot || peer.IsSelf, "one of the operators of this node, root or the agent's own");

    private async Task<string> RequireAsync(ServerCallContext context, Func<PeerIdentity, bool> alsoAllowed, string who)
    {
        var peer = PeerIdentity.Of(context);
        if (configuration.Current.Operators.Any(peer.Is) || alsoAllowed(peer))
        {
            return peer.Account;
        }

        var fields = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["call"] = context.Method,
            ["processId"] = peer.ProcessId,
        };
        var record = new LedgerRecord(LedgerKinds.OperatorRefused, "account:" + peer.Account, fields);
        await store.CommitAsync(transaction => transaction.Append(record), CancellationToken.None);
        throw new SigningException(
            ErrorReason.NotGranted,
            $"Account '{peer.Account}' may not do this: it takes {who}. The list 'operators' in signet.yaml names them.");
    }
}
