using Signet.Testing.Tools;

namespace Signet.Testing.Judges;

/// <summary>
/// <c>dotnet nuget verify</c> and <c>sign</c> of the installed SDK: a copy of the program, because on Linux it trusts the roots
/// of a bundle beside it, and this one trusts the roots of a test.
/// </summary>
public sealed class NuGetCommand
{
    // What the two commands load.
    private static readonly string[] Patterns =
    [
        "NuGet.*.dll", "NuGet.CommandLine.XPlat.*", "Spectre.Console.dll", "System.CommandLine*.dll", "Newtonsoft.Json.dll",
        "System.Security.Cryptography.*.dll", "System.IO.Hashing.dll", "Microsoft.Build*.dll", "Microsoft.NET.StringTools.dll",
        "Microsoft.DotNet.Cli.*.dll", "dotnet.dll", "Microsoft.Extensions.FileSystemGlobbing.dll",
        "System.Configuration.ConfigurationManager.dll",
    ];

    private static readonly Dictionary<string, string> Environment = new(StringComparer.Ordinal)
    {
        // Linux verifies only where it is told to; nobody is asked for revocation lists.
        ["DOTNET_NUGET_SIGNATURE_VERIFICATION"] = "true",
        ["NUGET_CERT_REVOCATION_MODE"] = "offline",
        ["DOTNET_CLI_UI_LANGUAGE"] = "en",
        ["DOTNET_NOLOGO"] = "1",
    };

    private readonly string _program;

    private NuGetCommand(string program) => _program = program;

    /// <summary>Copies the program and gives it its roots.</summary>
    /// <param name="directory">For the copy.</param>
    /// <param name="signingRoots">PEM file with the roots of signers.</param>
    /// <param name="timestampRoots">PEM file with the roots of timestamp authorities.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<NuGetCommand> CreateAsync(
        TemporaryDirectory directory, string signingRoots, string timestampRoots, CancellationToken cancellationToken)
    {
        // "10.0.401 [/usr/share/dotnet/sdk]", oldest first; global.json decides which one runs.
        var version = (await ExternalProgram.RunSuccessfullyAsync(
            "dotnet", ["--version"], cancellationToken, Repository.Root)).Output.Trim();
        var sdks = await ExternalProgram.RunSuccessfullyAsync("dotnet", ["--list-sdks"], cancellationToken);
        var line = sdks.Output.Split('\n').First(line => line.StartsWith(version + " ", StringComparison.Ordinal));
        var sdk = Path.Combine(line[(line.IndexOf('[', StringComparison.Ordinal) + 1)..line.IndexOf(']', StringComparison.Ordinal)], version);

        var copy = directory.File("nuget-command");
        Directory.CreateDirectory(Path.Combine(copy, "trustedroots"));
        foreach (var file in Patterns.SelectMany(pattern => Directory.EnumerateFiles(sdk, pattern)).Distinct(StringComparer.Ordinal))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        File.Copy(signingRoots, Path.Combine(copy, "trustedroots", "codesignctl.pem"));
        File.Copy(timestampRoots, Path.Combine(copy, "trustedroots", "timestampctl.pem"));
        return new NuGetCommand(Path.Combine(copy, "NuGet.CommandLine.XPlat.dll"));
    }

    /// <summary>Has it verify packages: content, signatures, chains and timestamps.</summary>
    public Task<ProgramResult> VerifyAsync(IEnumerable<string> packages, CancellationToken cancellationToken) =>
        ExternalProgram.RunAsync(
            "dotnet", ["exec", _program, "verify", "--all", "-v", "detailed", .. packages], cancellationToken,
            environment: Environment);

    /// <summary>Whether it accepts the signature of this many packages.</summary>
    public static bool Accepts(ProgramResult result, int packages = 1) =>
        result.ExitCode == 0
        && result.Output.Split("Successfully verified package").Length == packages + 1
        && result.Output.Split("Signature type: Author").Length == packages + 1

        // Revocation is not known for a CA of a test; any other complaint counts.
        && !result.All.Contains("NU30", StringComparison.Ordinal);

    /// <summary>Whether it accepts them with a timestamp each.</summary>
    public static bool AcceptsStamped(ProgramResult result, int packages = 1) =>
        Accepts(result, packages) && result.Output.Split("Timestamp: ").Length == packages + 1;

    /// <summary>Has it sign a package in place.</summary>
    public Task SignAsync(
        string package, string pfx, string password, CancellationToken cancellationToken, params IEnumerable<string> more) =>
        ExternalProgram.RunSuccessfullyAsync(
            "dotnet",
            ["exec", _program, "sign", package, "--certificate-path", pfx, "--certificate-password", password, .. more],
            cancellationToken, environment: Environment);
}
