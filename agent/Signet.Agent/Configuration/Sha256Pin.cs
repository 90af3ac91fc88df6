namespace Signet.Agent.Configuration;

/// <summary>A pinned hash as the configuration writes it: <c>sha256:</c> and 64 hexadecimal digits.</summary>
internal static class Sha256Pin
{
    private const string Prefix = "sha256:";

    /// <summary>The 32 bytes; null where the text is no pin. Colons between the bytes are taken, as openssl prints them.</summary>
    public static byte[]? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        var hex = text[Prefix.Length..].Replace(":", string.Empty, StringComparison.Ordinal);
        return hex.Length == 64 && hex.All(char.IsAsciiHexDigit) ? Convert.FromHexString(hex) : null;
    }

    /// <summary>The pin of a hash, ready to be written into the configuration.</summary>
    public static string Show(byte[] sha256) => Prefix + Convert.ToHexStringLower(sha256);
}
