namespace Signet.Formats;

/// <summary>A file cannot be signed or verified, for a reason that lies in the file or in what was asked for it.</summary>
public sealed class SignatureFormatException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="failure">What kind of failure.</param>
    /// <param name="message">What is wrong, where in the file, and which rule it breaks. Shown to the caller.</param>
    /// <param name="innerException">The cause, for the log alone.</param>
    public SignatureFormatException(FormatFailure failure, string message, Exception? innerException = null)
        : base(message, innerException) => Failure = failure;

    /// <summary>What kind of failure.</summary>
    public FormatFailure Failure { get; }
}
