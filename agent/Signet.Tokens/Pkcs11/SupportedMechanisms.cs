using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace Signet.Tokens.Pkcs11;

/// <summary>Which mechanisms token and key allow, as far as they say.</summary>
internal sealed class SupportedMechanisms(ISlot slot, ObjectReader reader)
{
    private List<CKM>? _ofToken;

    /// <summary>Why the key cannot be used with the mechanism; null where neither the token nor the key says so.</summary>
    /// <exception cref="Pkcs11Exception">The session failed.</exception>
    public string? Refusal(IObjectHandle key, CKM mechanism)
    {
        if (reader.AllowedMechanisms(key) is { } allowed && !allowed.Contains(mechanism))
        {
            return $"The key is not allowed to sign with {mechanism} (CKA_ALLOWED_MECHANISMS: {string.Join(", ", allowed)}).";
        }

        _ofToken ??= OfToken();
        return _ofToken.Count > 0 && !_ofToken.Contains(mechanism) ? $"The token does not know {mechanism}." : null;
    }

    private List<CKM> OfToken()
    {
        try
        {
            return slot.GetMechanismList();
        }
        catch (Pkcs11Exception exception) when (ReturnValues.DispositionOf(exception.RV) is Disposition.RefuseRequest)
        {
            // A module that lists none says nothing.
            return [];
        }
    }
}
