namespace Signet.Cli.Errors;

/// <summary>Ends a command with a message for its user and an exit code.</summary>
/// <param name="exitCode">One of <see cref="ExitCode"/>.</param>
/// <param name="message">What was attempted, on what, and what to do now; one or two lines, no secret in it.</param>
/// <param name="innerException">The cause, shown with <c>SIGNET_DEBUG=1</c> alone.</param>
internal sealed class CommandException(int exitCode, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>What the process ends with.</summary>
    public int ExitCode { get; } = exitCode;
}
