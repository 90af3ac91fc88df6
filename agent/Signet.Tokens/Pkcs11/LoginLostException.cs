using Net.Pkcs11Interop.Common;

namespace Signet.Tokens.Pkcs11;

/// <summary>The login, the session or the token is gone, so the token has to be locked.</summary>
/// <param name="value">What the module returned last.</param>
/// <param name="method">Which function returned it.</param>
internal sealed class LoginLostException(CKR value, string method) : Exception($"{method} returned {ReturnValues.Name(value)}.")
{
    /// <summary>What the module returned last.</summary>
    public CKR Value => value;
}
