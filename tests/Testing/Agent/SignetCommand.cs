using Signet.Testing.Tools;

namespace Signet.Testing.Agent;

/// <summary>Runs the built <c>signet</c> as a person would.</summary>
public static class SignetCommand
{
    /// <summary>The executable, as it was built together with the running test.</summary>
    public static string Executable => Repository.Built(
        "agent/Signet.Cli", OperatingSystem.IsWindows() ? "signet.exe" : "signet");

    /// <summary>Runs a command to its end, whatever its exit code.</summary>
    public static Task<ProgramResult> RunAsync(
        IEnumerable<string> arguments,
        CancellationToken cancellationToken,
        string? standardInput = null,
        IReadOnlyDictionary<string, string>? environment = null) =>
        ExternalProgram.RunAsync(
            Executable, arguments, cancellationToken, environment: environment, standardInput: standardInput);
}
