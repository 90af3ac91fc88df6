using Signet.Protocol.Errors;

namespace Signet.Protocol.Local;

/// <summary>Decides who may speak to a server on a local socket at all. Each call may demand more.</summary>
/// <remarks>Implementations are safe for use by several threads at once.</remarks>
public interface ILocalDoor
{
    /// <summary>Whether the caller may make any call.</summary>
    /// <param name="caller">Whom the operating system names.</param>
    bool Admits(PeerIdentity caller);

    /// <summary>Notes that a caller was turned away before anything of the call was read but its headers.</summary>
    /// <param name="caller">Whom the operating system names.</param>
    /// <param name="method">What was called, as the caller wrote it.</param>
    /// <returns>What the caller is told.</returns>
    Task<SigningException> RefuseAsync(PeerIdentity caller, string method);
}
