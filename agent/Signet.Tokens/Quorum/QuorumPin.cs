using System.Globalization;
using System.Security.Cryptography;
using Signet.Protocol.Errors;
using Signet.Tokens.Host;

namespace Signet.Tokens.Quorum;

/// <summary>The PIN that a quorum gives a token: random, and as long as the token lets it be.</summary>
internal static class QuorumPin
{
    // Every card takes digits, and few take more than 8 of them; a token that takes long PINs gets one of 128 bits.
    private const int Long = 32;
    private const int Longest = 255;
    private const string LongAlphabet = "0123456789abcdef";
    private const string Digits = "0123456789";

    /// <summary>Whether the token can have such a PIN at all.</summary>
    /// <exception cref="SigningException">INVALID_REQUEST: it cannot.</exception>
    public static void Check(TokenPinRules rules)
    {
        if (rules.HasPinPad)
        {
            throw QuorumErrors.Invalid(
                "The token takes its PIN on a pad, where somebody would have to know it: it cannot have a quorum. Nothing was changed.");
        }

        if (rules.ShortestPin > (rules.LongestPin ?? Longest))
        {
            throw QuorumErrors.Invalid(string.Create(
                CultureInfo.InvariantCulture,
                $"The token says that its PIN has {rules.ShortestPin} characters or more, and {rules.LongestPin ?? Longest} or fewer: no PIN can. Nothing was changed."));
        }
    }

    /// <summary>How long it is: 1 or more.</summary>
    /// <param name="rules">They passed <see cref="Check"/>.</param>
    public static int LengthFor(TokenPinRules rules) => Math.Max(1, Math.Max(Math.Min(Long, rules.LongestPin ?? Long), rules.ShortestPin));

    /// <summary>Makes one.</summary>
    /// <param name="rules">They passed <see cref="Check"/>.</param>
    /// <returns>The caller disposes of it.</returns>
    public static Secret Make(TokenPinRules rules)
    {
        var pin = GC.AllocateArray<byte>(LengthFor(rules), pinned: true);
        var alphabet = pin.Length >= Long ? LongAlphabet : Digits;
        for (var index = 0; index < pin.Length; index++)
        {
            pin[index] = (byte)alphabet[RandomNumberGenerator.GetInt32(alphabet.Length)];
        }

        return Secret.TakeOver(pin);
    }
}
