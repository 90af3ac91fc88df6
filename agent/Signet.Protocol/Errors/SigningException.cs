using Signet.Protocol.V1;

namespace Signet.Protocol.Errors;

/// <summary>
/// The one typed error that crosses a boundary of Signet: a stable reason for programs and a detail for people.
/// </summary>
/// <remarks>
/// The detail says what was attempted, on what, and what to do now. It travels to the caller as it is, so it holds no
/// secret and no path of the signing node; the inner exception is for the log alone.
/// </remarks>
public sealed class SigningException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="reason">Why; decides the gRPC code, the exit code and whether a repeat helps.</param>
    /// <param name="detail">What was attempted, on what, and what to do now.</param>
    /// <param name="retryAfter">How long to wait before a repeat; null for the reason's default.</param>
    /// <param name="innerException">The cause, for the log alone.</param>
    public SigningException(
        ErrorReason reason, string detail, TimeSpan? retryAfter = null, Exception? innerException = null)
        : base(detail, innerException)
    {
        Reason = reason;
        RetryAfter = retryAfter ?? ErrorReasons.DefaultRetryAfter(reason);
    }

    /// <summary>Why the operation failed.</summary>
    public ErrorReason Reason { get; }

    /// <summary>How long to wait before a repeat; null where a repeat does not help by itself.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>Whether a repeat of the same call can succeed.</summary>
    public bool Retryable => ErrorReasons.IsRetryable(Reason);
}
