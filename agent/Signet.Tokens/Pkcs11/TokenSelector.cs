using System.Globalization;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Signet.Tokens.Host;

namespace Signet.Tokens.Pkcs11;

/// <summary>Finds the configured token among the slots of a module.</summary>
internal static class TokenSelector
{
    /// <summary>The token's slot and description; null where no token matches.</summary>
    /// <param name="library">The initialised module.</param>
    /// <param name="options">Which token.</param>
    /// <exception cref="AmbiguousTokenException">More than one token matches.</exception>
    /// <exception cref="Pkcs11Exception">The module cannot list its slots.</exception>
    public static (ISlot Slot, ITokenInfo Info)? Find(IPkcs11Library library, Pkcs11TokenOptions options)
    {
        var matches = new List<(ISlot Slot, ITokenInfo Info)>();
        foreach (var slot in library.GetSlotList(SlotsType.WithTokenPresent))
        {
            if (options.Slot is null || options.Slot == slot.SlotId)
            {
                if (TryDescribe(slot) is { } info && Matches(info, options))
                {
                    matches.Add((slot, info));
                }
            }
        }

        return matches.Count switch
        {
            0 => null,
            1 => matches[0],
            _ => throw new AmbiguousTokenException(
                $"{matches.Count} tokens match {Describe(options)}: "
                + string.Join("; ", matches.Select(match => string.Create(
                    CultureInfo.InvariantCulture,
                    $"label '{Trim(match.Info.Label)}', serial number {Trim(match.Info.SerialNumber)}, slot {match.Slot.SlotId}")))
                + $". Add {Telling([.. matches.Select(match => match.Info)])} to 'token' in the configuration."),
        };
    }

    /// <summary>The selector in words, for messages.</summary>
    public static string Describe(Pkcs11TokenOptions options)
    {
        var parts = new List<string>();
        if (options.Label is { } label)
        {
            parts.Add($"label '{label}'");
        }

        if (options.Serial is { } serial)
        {
            parts.Add($"serial number {serial}");
        }

        if (options.Slot is { } slot)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"slot {slot}"));
        }

        return string.Join(", ", parts);
    }

    /// <summary>Text of CK_TOKEN_INFO without its padding (PKCS#11 pads with blanks; some modules with zeros).</summary>
    public static string Trim(string? padded) => padded?.Trim(' ', '\0') ?? string.Empty;

    // What tells these tokens apart; the slot where nothing else does, since its id can change with what is plugged in.
    private static string Telling(IReadOnlyList<ITokenInfo> tokens) => tokens switch
    {
        _ when Differ(tokens, info => info.SerialNumber) => "'serial'",
        _ when Differ(tokens, info => info.Label) => "'label'",
        _ when Differ(tokens, info => $"{info.Label}\0{info.SerialNumber}") => "'label' and 'serial'",
        _ => "'slot'",
    };

    private static bool Differ(IReadOnlyList<ITokenInfo> tokens, Func<ITokenInfo, string> part) =>
        tokens.Select(info => Trim(part(info))).Distinct(StringComparer.Ordinal).Count() == tokens.Count;

    private static bool Matches(ITokenInfo info, Pkcs11TokenOptions options) =>
        (options.Label is null || Trim(info.Label) == options.Label)
        && (options.Serial is null || Trim(info.SerialNumber) == options.Serial)
        && info.TokenFlags.TokenInitialized;

    private static ITokenInfo? TryDescribe(ISlot slot)
    {
        try
        {
            return slot.GetTokenInfo();
        }
        catch (Pkcs11Exception)
        {
            // Another card that this module cannot read, or one pulled at this moment, is not the configured token.
            return null;
        }
    }
}
