using Signet.Tokens.Supervision;

namespace Signet.Agent.Keys;

/// <summary>The program that the agent starts for each token: itself, with another command.</summary>
/// <param name="Executable">Path of the program.</param>
/// <param name="FirstArguments">What comes before the command: the assembly, where the program is the dotnet host.</param>
/// <param name="ConfigurationPath">Absolute path of the configuration that the host reads.</param>
internal sealed record TokenHostProgram(
    string Executable, IReadOnlyList<string> FirstArguments, string ConfigurationPath)
{
    /// <summary>The program that runs now.</summary>
    /// <param name="configurationPath">Absolute path of the configuration.</param>
    public static TokenHostProgram Self(string configurationPath)
    {
        var executable = Environment.ProcessPath
            ?? throw new InvalidOperationException("The operating system does not tell the path of this program.");
        var isDotnetHost = Path.GetFileNameWithoutExtension(executable).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        return new TokenHostProgram(
            executable, isDotnetHost ? [Environment.GetCommandLineArgs()[0]] : [], configurationPath);
    }

    /// <summary>How to start the host of one token.</summary>
    /// <param name="token">Name of the token.</param>
    /// <param name="socketPath">Absolute path of the socket that it serves.</param>
    public TokenHostLaunch Launch(string token, string socketPath) => new()
    {
        Name = token,
        Executable = Executable,
        Arguments = [.. FirstArguments, "token-host", "--config", ConfigurationPath, "--token", token],
        SocketPath = socketPath,
    };
}
