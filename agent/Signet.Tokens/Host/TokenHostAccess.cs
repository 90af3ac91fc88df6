using Signet.Protocol.Errors;
using Signet.Protocol.Local;
using Signet.Protocol.V1;

namespace Signet.Tokens.Host;

/// <summary>Who may ask what of a token host. The operating system says who calls.</summary>
/// <param name="name">Name of the token.</param>
/// <param name="operators">Accounts of the operators.</param>
internal sealed class TokenHostAccess(string name, IReadOnlyList<string> operators)
{
    /// <summary>Whether the caller is an operator. Root is one only if it is named.</summary>
    public bool IsOperator(PeerIdentity caller) => operators.Any(caller.Is);

    /// <summary>Throws unless the caller is the agent: the account that this process runs as.</summary>
    /// <exception cref="SigningException">NOT_GRANTED.</exception>
    public void DemandAgent(PeerIdentity caller) => Demand(caller.IsSelf, caller, "use");

    /// <summary>Whether the caller may see the state: operators, the agent, root.</summary>
    public bool IsReader(PeerIdentity caller) => caller.IsSelf || caller.IsRoot || IsOperator(caller);

    /// <summary>Whether the caller may lock: operators and the agent.</summary>
    public bool IsLocker(PeerIdentity caller) => caller.IsSelf || IsOperator(caller);

    /// <summary>The error for a caller who may not.</summary>
    public SigningException Refusal(PeerIdentity caller, string what) => new(
        ErrorReason.NotGranted, $"Account '{caller.Account}' may not {what} token '{name}'. The configuration names the operators.");

    private void Demand(bool may, PeerIdentity caller, string what)
    {
        if (!may)
        {
            throw Refusal(caller, what);
        }
    }
}
