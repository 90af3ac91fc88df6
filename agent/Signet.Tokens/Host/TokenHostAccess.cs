using Signet.Protocol.Errors;
using Signet.Protocol.Local;
using Signet.Protocol.V1;

namespace Signet.Tokens.Host;

/// <summary>Who may ask what of a token host. The operating system says who calls.</summary>
/// <param name="name">Name of the token.</param>
/// <param name="agentProcess">Id of the agent's process.</param>
/// <param name="settings">Has the operators.</param>
internal sealed class TokenHostAccess(string name, int agentProcess, TokenHostSettings settings)
{
    /// <summary>Whether the caller is an operator. Root is one only if it is named.</summary>
    public bool IsOperator(PeerIdentity caller) => settings.Operators.Any(caller.Is);

    /// <summary>
    /// Throws unless the caller is the agent: the account that this process runs as and, where the system tells it, the very
    /// process. What else runs in that account, such as a program that is told of requests, gets no signature.
    /// </summary>
    /// <exception cref="SigningException">NOT_GRANTED.</exception>
    public void DemandAgent(PeerIdentity caller) =>
        Demand(IsAgent(caller), caller, "use");

    /// <summary>Whether the caller is the agent, as <see cref="DemandAgent"/>.</summary>
    public bool IsAgent(PeerIdentity caller) => caller.IsSelf && (caller.ProcessId == agentProcess || !OperatingSystem.IsLinux());

    /// <summary>Whether the caller may see the state: operators, the agent, root.</summary>
    public bool IsReader(PeerIdentity caller) => caller.IsSelf || caller.IsRoot || IsOperator(caller);

    /// <summary>Whether the caller may lock: operators and the agent.</summary>
    public bool IsLocker(PeerIdentity caller) => caller.IsSelf || IsOperator(caller);

    /// <summary>The error for a caller who may not.</summary>
    public SigningException Refusal(PeerIdentity caller, string what) => new(
        ErrorReason.NotGranted,
        caller.HasProcess
            ? $"Account '{caller.Account}' may not {what} token '{name}'. The configuration names the operators."
            : $"Your process is outside of the PID namespace of token '{name}', so nobody could say later who used it. "
                + "Run this where the agent runs.");

    private void Demand(bool may, PeerIdentity caller, string what)
    {
        if (!may)
        {
            throw Refusal(caller, what);
        }
    }
}
