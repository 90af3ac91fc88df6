using Google.Protobuf.WellKnownTypes;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Tokens;

/// <summary>A <see cref="SigningException"/> as an answer on a stream of signatures, where a status would end the stream.</summary>
internal static class SignFailures
{
    /// <summary>The message for an error.</summary>
    public static SignFailure From(SigningException exception) => new()
    {
        Reason = exception.Reason,
        Message = exception.Message,
        RetryAfter = exception.RetryAfter is { } pause ? Duration.FromTimeSpan(pause) : null,
    };

    /// <summary>The error that a message tells of.</summary>
    public static SigningException ToException(SignFailure failure) =>
        new(failure.Reason, failure.Message, failure.RetryAfter?.ToTimeSpan());
}
