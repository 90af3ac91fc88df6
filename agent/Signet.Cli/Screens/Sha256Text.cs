using System.Security.Cryptography;
using Signet.Cli.Errors;

namespace Signet.Cli.Screens;

/// <summary>A SHA-256 as people copy it around: 64 hexadecimal digits, perhaps with <c>sha256:</c> before them.</summary>
internal static class Sha256Text
{
    private const string Prefix = "sha256:";

    /// <summary>The 32 bytes.</summary>
    /// <exception cref="CommandException">The text is no SHA-256.</exception>
    public static byte[] Parse(string text)
    {
        var digits = text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? text[Prefix.Length..] : text;
        try
        {
            if (digits.Length == SHA256.HashSizeInBytes * 2)
            {
                return Convert.FromHexString(digits);
            }
        }
        catch (FormatException)
        {
            // Said below.
        }

        throw new CommandException(ExitCode.Invalid, "A SHA-256 is given as 64 hexadecimal digits.");
    }
}
