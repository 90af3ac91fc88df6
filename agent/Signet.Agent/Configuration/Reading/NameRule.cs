namespace Signet.Agent.Configuration.Reading;

/// <summary>
/// Which names are possible. Names go into file names (token-NAME.sock), Basic authentication (no colon, RFC 7617
/// section 2), log lines and ledger records, so only plain characters are taken. Case counts.
/// </summary>
internal static class NameRule
{
    /// <summary>Longest name of a thing in the configuration.</summary>
    public const int MaxNameLength = 64;

    /// <summary>Longest name of an operating-system account, with a domain.</summary>
    public const int MaxAccountLength = 128;

    /// <summary>What a name looks like, for messages.</summary>
    public const string NameDescription =
        "1 to 64 letters a-z, digits, '.', '_' and '-', beginning with a letter or a digit";

    /// <summary>What an account looks like, for messages.</summary>
    public const string AccountDescription =
        "an operating-system account such as alice, alice@example.org or EXAMPLE\\alice";

    /// <summary>Whether this can be the name of a controller, credential, token, key, timestamp group or profile.</summary>
    public static bool IsName(string text) =>
        text.Length is > 0 and <= MaxNameLength
        && char.IsAsciiLetterOrDigit(text[0])
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    /// <summary>Whether this can be an account on Linux or Windows, local or of a domain.</summary>
    public static bool IsAccount(string text) =>
        text.Length is > 0 and <= MaxAccountLength
        && text[0] != '-'
        && text.All(c => char.IsLetterOrDigit(c) || c is '.' or '_' or '-' or '@' or '\\' or '+' or '$');
}
