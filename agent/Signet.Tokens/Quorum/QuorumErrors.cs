using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Tokens.Quorum;

/// <summary>Errors of quorums.</summary>
internal static class QuorumErrors
{
    /// <summary>What the operator asked for cannot be; nothing was changed, and no PIN tried.</summary>
    public static SigningException Invalid(string message) => new(ErrorReason.InvalidRequest, message);
}
