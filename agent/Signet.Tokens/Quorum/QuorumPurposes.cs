using System.Globalization;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Tokens.Quorum;

/// <summary>What operators give their shares for. Shares count together only where the purpose is the same, word for word.</summary>
internal static class QuorumPurposes
{
    /// <summary>Shares that unlock.</summary>
    public const string Unlock = "unlock";

    /// <summary>The purpose in words.</summary>
    /// <param name="request">What an operator asked for.</param>
    /// <param name="interrupted">Whether a ceremony broke off, so that it is open which quorum is in force.</param>
    /// <exception cref="SigningException">INVALID_REQUEST.</exception>
    public static string Describe(GiveShareRequest request, bool interrupted)
    {
        switch (request.Purpose)
        {
            case QuorumPurpose.Unlock:
                return Unlock;
            case QuorumPurpose.Test:
                return "test";
            case QuorumPurpose.Replace when request.Change is { } change:
                return interrupted
                    ? throw QuorumErrors.Invalid(
                        "A ceremony broke off. Unlock the token once, which settles which quorum is in force; then replace.")
                    : string.Create(
                        CultureInfo.InvariantCulture,
                        $"replace (remove {Join(change.Remove)}; add {Join(change.Add)}; threshold {change.Threshold})");
            default:
                throw QuorumErrors.Invalid("The purpose of the share is not known.");
        }
    }

    private static string Join(IEnumerable<string> accounts) =>
        string.Join(' ', accounts.Order(StringComparer.Ordinal).DefaultIfEmpty("nobody"));
}
