using Signet.Tokens.Host;
using Signet.Tokens.Supervision;

namespace Signet.Agent.Keys;

/// <summary>The program that the agent starts for each token: itself, with another command.</summary>
/// <param name="Executable">Path of the program.</param>
/// <param name="FirstArguments">What comes before the command: the assembly, where the program is the dotnet host.</param>
internal sealed record TokenHostProgram(string Executable, IReadOnlyList<string> FirstArguments)
{
    /// <summary>The program that runs now.</summary>
    public static TokenHostProgram Self()
    {
        var executable = Environment.ProcessPath
            ?? throw new InvalidOperationException("The operating system does not tell the path of this program.");
        var isDotnetHost = Path.GetFileNameWithoutExtension(executable).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        return new TokenHostProgram(executable, isDotnetHost ? [Environment.GetCommandLineArgs()[0]] : []);
    }

    /// <summary>How to start the host of one token.</summary>
    /// <param name="options">What it serves and to whom.</param>
    /// <param name="environment">Variables that the configuration gives the token's module.</param>
    public TokenHostLaunch Launch(TokenHostOptions options, IReadOnlyDictionary<string, string> environment) => new()
    {
        Environment = environment,
        Options = options,
        Executable = Executable,
        Arguments = [.. FirstArguments, "token-host", "--token", options.Name],
    };
}
