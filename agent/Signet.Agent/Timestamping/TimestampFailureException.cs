namespace Signet.Agent.Timestamping;

/// <summary>One server gave no usable timestamp. Stays within <see cref="Timestamping"/>.</summary>
/// <param name="message">What happened, for people, in a form that may go to the caller.</param>
/// <param name="retryable">Whether the same server may answer better soon.</param>
/// <param name="innerException">The cause, for the log alone.</param>
internal sealed class TimestampFailureException(string message, bool retryable, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>Whether the same server may answer better soon.</summary>
    public bool Retryable { get; } = retryable;

    /// <summary>How long the server asked to be left alone; null where it did not.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
