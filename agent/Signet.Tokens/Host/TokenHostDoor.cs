using Signet.Protocol.Errors;
using Signet.Protocol.Local;

namespace Signet.Tokens.Host;

/// <summary>Who may speak to the token host at all: who may see its state.</summary>
internal sealed class TokenHostDoor(TokenHostAccess access, TokenHostRefusals refusals) : ILocalDoor
{
    private const string What = "use";

    /// <inheritdoc/>
    public bool Admits(PeerIdentity caller) => access.IsReader(caller);

    /// <inheritdoc/>
    public Task<SigningException> RefuseAsync(PeerIdentity caller, string method)
    {
        refusals.Note(caller, What);
        return Task.FromResult(access.Refusal(caller, What));
    }
}
