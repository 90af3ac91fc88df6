using Signet.Protocol.V1;
using Spectre.Console;

namespace Signet.Cli.Screens.Status;

/// <summary>The protocol's enumerations in words, and the style that they are shown in.</summary>
internal static class StateWords
{
    /// <summary>State of a token.</summary>
    public static string Of(TokenState state) => state switch
    {
        TokenState.Absent => "absent",
        TokenState.Locked => "locked",
        TokenState.Unlocking => "unlocking",
        TokenState.Ready => "ready",
        TokenState.Blocked => "blocked",
        TokenState.Failed => "failed",
        _ => "unknown",
    };

    /// <summary>Style of a token's state.</summary>
    public static Style StyleOf(TokenState state) => state switch
    {
        TokenState.Ready => Sheet.Good,
        TokenState.Locked or TokenState.Unlocking => Sheet.Attention,
        _ => Sheet.Bad,
    };

    /// <summary>Readiness of a key.</summary>
    public static string Of(KeyReadiness readiness) => readiness switch
    {
        KeyReadiness.Ready => "ready",
        KeyReadiness.Locked => "locked",
        KeyReadiness.Unavailable => "unavailable",
        KeyReadiness.Refused => "refused",
        _ => "unknown",
    };

    /// <summary>Style of a key's readiness.</summary>
    public static Style StyleOf(KeyReadiness readiness) => readiness switch
    {
        KeyReadiness.Ready => Sheet.Good,
        KeyReadiness.Locked => Sheet.Attention,
        _ => Sheet.Bad,
    };

    /// <summary>What the token says of wrong PINs.</summary>
    public static string Of(PinCounter counter) => counter switch
    {
        PinCounter.Full => "no wrong PIN reported",
        // Not every token reports them, so no promise is made.
        PinCounter.Low => "a wrong PIN was typed since the last right one",
        PinCounter.FinalTry => "one more wrong PIN blocks it",
        PinCounter.Locked => "blocked by wrong PINs",
        _ => "says nothing of wrong PINs",
    };

    /// <summary>Style of the PIN counter.</summary>
    public static Style StyleOf(PinCounter counter) => counter switch
    {
        PinCounter.Low => Sheet.Attention,
        PinCounter.FinalTry or PinCounter.Locked => Sheet.Bad,
        _ => Sheet.Quiet,
    };

    /// <summary>Algorithm and size of a key: "RSA 3072", "ECDSA P-256".</summary>
    public static string Algorithm(KeyStatus key) => key switch
    {
        { Algorithm: KeyAlgorithm.Rsa } => $"RSA {key.SizeBits}",
        { Algorithm: KeyAlgorithm.Ec, SizeBits: > 0 } => $"ECDSA P-{key.SizeBits}",
        _ => "not known yet",
    };

    /// <summary>How a key is guarded.</summary>
    public static string Protection(KeyStatus key) => key.Protection switch
    {
        HardwareProtection.Full => "made on the token, can never leave it",
        HardwareProtection.Partial => "on the token, but " + WhyPartial(key),
        HardwareProtection.None => "no hardware protection (PFX file)",
        _ => "protection not known while the token is locked",
    };

    /// <summary>Style of a key's protection.</summary>
    public static Style StyleOf(HardwareProtection protection) => protection switch
    {
        HardwareProtection.Full => Sheet.Good,
        HardwareProtection.Partial or HardwareProtection.None => Sheet.Attention,
        _ => Sheet.Quiet,
    };

    private static string WhyPartial(KeyStatus key)
    {
        var why = new List<string>();
        if (!key.Local)
        {
            why.Add("it was made elsewhere");
        }

        if (!key.NeverExtractable)
        {
            why.Add("it can or once could leave it");
        }

        if (!key.AlwaysSensitive)
        {
            why.Add("it was once readable");
        }

        return why.Count > 0 ? string.Join(", and ", why) : "its token does not say that it never could leave";
    }
}
