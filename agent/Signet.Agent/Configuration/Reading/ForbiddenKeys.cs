namespace Signet.Agent.Configuration.Reading;

/// <summary>Keys under which people of other signing tools keep PINs and passwords. Here they have no place.</summary>
internal static class ForbiddenKeys
{
    /// <summary>What is said instead of a near miss. The value is never shown.</summary>
    public const string Detail =
        "no PIN, password or passphrase belongs in this file. Remove it and change it, for it is no longer secret. "
        + "Operators type the PIN with 'signet unlock'";

    private static readonly string[] Parts = ["password", "passwd", "passphrase", "pincode", "storepass", "keypass"];

    /// <summary>Whether a key that the configuration does not know looks as if it held a PIN or a password.</summary>
    public static bool LooksSecret(string key)
    {
        var word = new string([.. key.Where(char.IsAsciiLetterOrDigit).Select(char.ToLowerInvariant)]);
        return word.EndsWith("pin", StringComparison.Ordinal)
            || word.StartsWith("pin", StringComparison.Ordinal)
            || word == "pass"
            || Parts.Any(part => word.Contains(part, StringComparison.Ordinal));
    }
}
