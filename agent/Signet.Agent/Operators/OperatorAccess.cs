using Grpc.Core;
using Signet.Agent.Access;
using Signet.Agent.Configuration;
using Signet.Protocol.Errors;
using Signet.Protocol.Local;
using Signet.Protocol.V1;

namespace Signet.Agent.Operators;

/// <summary>
/// Who may call what on the operator socket. The operating system says who calls; refusals are recorded, and counted in a flood.
/// </summary>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class OperatorAccess(ConfigurationHolder configuration, RefusalRecorder refusals) : ILocalDoor
{
    private const string Readers = "one of the operators of this node, root or the agent's own";
    private const string OtherCall = "other";

    private static readonly HashSet<string> Calls = Operator.Descriptor.Methods
        .Select(method => $"/{Operator.Descriptor.FullName}/{method.Name}").ToHashSet(StringComparer.Ordinal);

    /// <summary>Whether the caller may make any call: who may see the status.</summary>
    public bool Admits(PeerIdentity caller) => IsReader(caller) || IsOperator(caller);

    /// <inheritdoc/>
    public Task<SigningException> RefuseAsync(PeerIdentity caller, string method) => RefuseAsync(caller, method, Readers);

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
    public Task<string> RequireReaderAsync(ServerCallContext context) => RequireAsync(context, IsReader, Readers);

    private static bool IsReader(PeerIdentity peer) => peer.IsRoot || peer.IsSelf;

    private bool IsOperator(PeerIdentity peer) => configuration.Current.Operators.Any(peer.Is);

    private async Task<string> RequireAsync(ServerCallContext context, Func<PeerIdentity, bool> alsoAllowed, string who)
    {
        var peer = PeerIdentity.Of(context);
        return IsOperator(peer) || alsoAllowed(peer) ? peer.Account : throw await RefuseAsync(peer, context.Method, who);
    }

    private async Task<SigningException> RefuseAsync(PeerIdentity caller, string method, string who)
    {
        // A name that the caller made up is no field of its own in the count.
        var call = Calls.Contains(method) ? method : OtherCall;
        await refusals.RecordAsync(new OperatorRefusal(caller.Account, caller.ProcessId, call), CancellationToken.None);
        return new SigningException(
            ErrorReason.NotGranted,
            caller.HasProcess
                ? $"Account '{caller.Account}' may not do this: it takes {who}. The list 'operators' in signet.yaml names them."
                : "Your process is outside of the agent's PID namespace, so nobody could say later who called. Run this where the "
                    + "agent runs.");
    }
}
