using Signet.Testing.Tools;

namespace Signet.Testing.Agent;

/// <summary>Runs the built <c>signet</c> as a person would.</summary>
public static class SignetCommand
{
    /// <summary>Environment variable with the path of another executable to run, such as the published one.</summary>
    public const string ExecutableVariable = "SIGNET_EXECUTABLE";

    /// <summary>The executable, as it was built together with the running test, unless the environment names another.</summary>
    public static string Executable => Environment.GetEnvironmentVariable(ExecutableVariable) is { Length: > 0 } other
        ? other
        : Repository.Built("agent/Signet.Cli", OperatingSystem.IsWindows() ? "signet.exe" : "signet");

    /// <summary>Runs a command to its end, whatever its exit code.</summary>
    public static Task<ProgramResult> RunAsync(
        IEnumerable<string> arguments,
        CancellationToken cancellationToken,
        string? standardInput = null,
        IReadOnlyDictionary<string, string>? environment = null) =>
        ExternalProgram.RunAsync(
            Executable, arguments, cancellationToken, environment: environment, standardInput: standardInput);
}
