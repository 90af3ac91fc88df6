using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Tokens.Host;

/// <summary>What to tell a person about the states of a token.</summary>
internal static class TokenMessages
{
    /// <summary>The error for a failure that nobody foresaw; the log has it.</summary>
    public static SigningException Unexpected() => new(ErrorReason.Internal, "The token host failed; its log says why.");

    /// <summary>What to do about a locked token.</summary>
    public static string Unlock(string name) => $"An operator unlocks it on the signing node: signet unlock {name}";

    /// <summary>A key of the token for a person, at the beginning of a sentence: by its label, or its id where it has none.</summary>
    public static string NameOf(TokenKey key) => key.Label.Length > 0
        ? $"Key '{key.Label}'"
        : $"The key with id {Convert.ToHexStringLower(key.Id.Span)}";

    /// <summary>The error for a request that needs a token which is not ready.</summary>
    /// <param name="status">Its state.</param>
    public static SigningException NotReady(TokenStatus status) => status.State switch
    {
        TokenState.Absent => new SigningException(
            ErrorReason.TokenAbsent, Sentence($"Token '{status.Name}' is absent.", status.Detail)),
        TokenState.Blocked => new SigningException(
            ErrorReason.TokenFailed, Sentence($"Token '{status.Name}' is blocked.", status.Detail)),
        TokenState.Failed => new SigningException(
            // Why is for operators: it can name a path of this node.
            ErrorReason.TokenFailed, $"Token '{status.Name}' has failed. 'signet status' on the signing node says why."),
        _ => new SigningException(
            ErrorReason.TokenLocked, Sentence($"Token '{status.Name}' is locked.", status.Detail)),
    };

    private static string Sentence(string first, string detail) => detail.Length == 0 ? first : $"{first} {detail}";
}
