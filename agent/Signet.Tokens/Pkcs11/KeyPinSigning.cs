using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;
using Signet.Tokens.Host;

namespace Signet.Tokens.Pkcs11;

/// <summary>
/// Signs with keys that want their PIN at each use. A PIN that the token has not taken yet is tried for one signature
/// alone while the others wait, so that a wrong one is tried once, however many files its request has.
/// </summary>
/// <remarks>Safe for use by several threads at once.</remarks>
/// <param name="pins">The PINs that operators gave.</param>
/// <param name="connection">The token.</param>
internal sealed class KeyPinSigning(KeyPins pins, Pkcs11Connection connection)
{
    private readonly Lock _unproved = new();

    /// <summary>Throws where nobody typed a PIN for the request.</summary>
    /// <exception cref="SigningException">TOKEN_LOCKED.</exception>
    public void Demand(string requestId, TokenKey key)
    {
        if (pins.Look(requestId, key.Reference) is null)
        {
            throw Missing(requestId, key);
        }
    }

    /// <summary>Signs on a thread's own session, as <see cref="Pkcs11Connection.Sign"/>.</summary>
    /// <exception cref="SigningException">TOKEN_LOCKED: there is no PIN (any more), or it may not be tried.</exception>
    /// <exception cref="LoginLostException">The token has to be locked.</exception>
    /// <exception cref="KeyPinRefusedException">The key did not take the PIN, which is forgotten.</exception>
    public byte[] Sign(int thread, TokenKey key, byte[] digest, SignatureMechanism mechanism, string requestId)
    {
        if (pins.Look(requestId, key.Reference) is { Proved: false })
        {
            lock (_unproved)
            {
                // Proved or forgotten by who was here before, or not.
                if (pins.Look(requestId, key.Reference) is { Proved: false } unproved)
                {
                    DemandTriesLeft(requestId, unproved.AcceptFinalTry);
                    return SignOnce(thread, key, digest, mechanism, requestId);
                }
            }
        }

        return SignOnce(thread, key, digest, mechanism, requestId);
    }

    private static SigningException Missing(string requestId, TokenKey key) => new(
        ErrorReason.TokenLocked,
        $"{TokenMessages.NameOf(key)} asks for its PIN at each use, and request {requestId} has none (any more). An operator types it: signet requests pin {requestId}");

    private byte[] SignOnce(int thread, TokenKey key, byte[] digest, SignatureMechanism mechanism, string requestId)
    {
        using var pin = pins.Take(requestId, key.Reference) ?? throw Missing(requestId, key);
        try
        {
            var signature = connection.Sign(thread, key, digest, mechanism, pin.Bytes);
            pins.Prove(requestId, key.Reference);
            return signature;
        }
        catch (KeyPinRefusedException)
        {
            // Once, and never again: whoever typed it has to know.
            pins.Forget(requestId, key.Reference);
            throw;
        }
    }

    private ITokenInfo? ReadInfo()
    {
        try
        {
            return connection.ReadInfo();
        }
        catch (Pkcs11Exception exception)
        {
            throw new LoginLostException(exception.RV, exception.Method);
        }
    }

    private void DemandTriesLeft(string requestId, bool acceptFinalTry)
    {
        if (!acceptFinalTry && ReadInfo() is { TokenFlags: { UserPinFinalTry: true } or { UserPinLocked: true } })
        {
            throw new SigningException(
                ErrorReason.TokenLocked,
                "One more wrong PIN blocks the token, so the PIN that was typed for this request was not tried. An operator who is sure "
                + $"of it says so: signet requests pin {requestId} --final-try");
        }
    }
}
