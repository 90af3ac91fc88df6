using Net.Pkcs11Interop.HighLevelAPI;
using Signet.Protocol.V1;
using Signet.Tokens.Host;

namespace Signet.Tokens.Pkcs11;

/// <summary>Puts CK_TOKEN_INFO into a <see cref="TokenStatus"/>.</summary>
internal static class TokenDescription
{
    /// <summary>Sets what the token says of itself.</summary>
    public static void Apply(ITokenInfo info, Pkcs11TokenOptions options, TokenStatus status)
    {
        status.Label = TokenSelector.Trim(info.Label);
        status.Manufacturer = TokenSelector.Trim(info.ManufacturerId);
        status.Model = TokenSelector.Trim(info.Model);
        status.Serial = TokenSelector.Trim(info.SerialNumber);
        status.PinCounter = CounterOf(info.TokenFlags);
        status.UnlockMethod = MethodOf(info, options);
        status.SaysNoLogin = !info.TokenFlags.LoginRequired;
        status.PinToBeChanged = info.TokenFlags.UserPinToBeChanged;
    }

    /// <summary>What the flags say of wrong PINs; the worst one counts.</summary>
    public static PinCounter CounterOf(ITokenFlags flags) => flags switch
    {
        { UserPinLocked: true } => PinCounter.Locked,
        { UserPinFinalTry: true } => PinCounter.FinalTry,
        { UserPinCountLow: true } => PinCounter.Low,
        _ => PinCounter.Full,
    };

    /// <summary>How the token wants to be unlocked: a pad wins over what the configuration says of a PIN.</summary>
    public static UnlockMethod MethodOf(ITokenInfo info, Pkcs11TokenOptions options) =>
        options.UnlockMethod == UnlockMethod.Pin && info.TokenFlags.ProtectedAuthenticationPath
            ? UnlockMethod.PinPad
            : options.UnlockMethod;
}
