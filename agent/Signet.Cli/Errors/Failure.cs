namespace Signet.Cli.Errors;

/// <summary>How a command failed: what its user reads and what the process ends with.</summary>
/// <param name="Message">One or two lines.</param>
/// <param name="ExitCode">One of <see cref="Cli.ExitCode"/>.</param>
internal sealed record Failure(string Message, int ExitCode);
