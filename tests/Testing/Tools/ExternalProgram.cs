using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Signet.Testing.Tools;

/// <summary>What a program printed and how it ended.</summary>
public sealed record ProgramResult(int ExitCode, string Output, string Error)
{
    public string All => Output + Error;
}

/// <summary>Runs a program that this project did not write. Fails with the command that installs it where it is absent.</summary>
public static class ExternalProgram
{
    private static readonly Dictionary<string, string> Packages = new(StringComparer.Ordinal)
    {
        ["osslsigncode"] = "osslsigncode",
        ["xmlsec1"] = "xmlsec1",
        ["openssl"] = "openssl",
        ["xmllint"] = "libxml2-utils",
        ["softhsm2-util"] = "softhsm2",
        ["pkcs11-tool"] = "opensc",
        ["go"] = "golang-go golang-golang-x-mod-dev",
        ["java"] = "default-jdk-headless",
        ["jar"] = "default-jdk-headless",
        ["jarsigner"] = "default-jdk-headless",
        ["keytool"] = "default-jdk-headless",
        ["apksigner"] = "apksigner",
        ["zip"] = "zip",
        ["unzip"] = "unzip",
        ["python3"] = "python3",
        ["gcc"] = "gcc libc6-dev",
        ["wixl"] = "wixl",
        ["msiinfo"] = "msitools",
        ["gsf"] = "libgsf-bin",
        ["gcab"] = "gcab",
        ["cabextract"] = "cabextract",
        ["gfsplit"] = "libgfshare-bin",
        ["gpg"] = "gpg gpg-agent",
        ["debsigs"] = "debsigs",
        ["debsig-verify"] = "debsig-verify",
        ["rpmkeys"] = "rpm",
        ["rpmbuild"] = "rpm",
        ["rpmsign"] = "rpm",
        ["rpm"] = "rpm",
        ["gfcombine"] = "libgfshare-bin",
        ["certutil"] = "libnss3-tools",
        ["tpm2_getcap"] = "tpm2-tools",
        ["tpm2_ptool"] = "libtpm2-pkcs11-tools",
    };

    /// <summary>Runs the program to its end; it is killed, with its children, when the token is cancelled.</summary>
    public static async Task<ProgramResult> RunAsync(
        string program,
        IEnumerable<string> arguments,
        CancellationToken cancellationToken,
        string? workingDirectory = null,
        IReadOnlyDictionary<string, string>? environment = null,
        string? standardInput = null)
    {
        using var process = new Process { StartInfo = StartInfo(program, arguments, workingDirectory, environment) };
        var output = new StringBuilder();
        var error = new StringBuilder();
        try
        {
            process.Start();
        }
        catch (Win32Exception exception)
        {
            throw new InvalidOperationException(InstallHint(program), exception);
        }

        try
        {
            var reading = Task.WhenAll(
                DrainAsync(process.StandardOutput, output, cancellationToken),
                DrainAsync(process.StandardError, error, cancellationToken));
            if (standardInput is not null)
            {
                await process.StandardInput.WriteAsync(standardInput.AsMemory(), cancellationToken);
            }

            process.StandardInput.Close();
            await reading;
            await process.WaitForExitAsync(cancellationToken);
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return new ProgramResult(process.ExitCode, output.ToString(), error.ToString());
    }

    /// <summary>Runs the program and throws with what it printed unless it ends with 0.</summary>
    public static async Task<ProgramResult> RunSuccessfullyAsync(
        string program,
        IEnumerable<string> arguments,
        CancellationToken cancellationToken,
        string? workingDirectory = null,
        IReadOnlyDictionary<string, string>? environment = null,
        string? standardInput = null)
    {
        var list = arguments.ToList();
        var result = await RunAsync(program, list, cancellationToken, workingDirectory, environment, standardInput);
        return result.ExitCode == 0
            ? result
            : throw new InvalidOperationException(
                $"{program} {string.Join(' ', list)} ended with {result.ExitCode}:\n{result.All}");
    }

    private static ProcessStartInfo StartInfo(
        string program, IEnumerable<string> arguments, string? workingDirectory,
        IReadOnlyDictionary<string, string>? environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory ?? string.Empty,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private static async Task DrainAsync(StreamReader reader, StringBuilder into, CancellationToken cancellationToken)
    {
        var buffer = new char[4096];
        int count;
        while ((count = await reader.ReadAsync(buffer, cancellationToken)) > 0)
        {
            into.Append(buffer, 0, count);
        }
    }

    private static string InstallHint(string program) => Packages.TryGetValue(program, out var package)
        ? $"'{program}' is not installed. Run: apt-get install -y {package}  (or dotnet cake --target=Setup)"
        : $"'{program}' is not installed or not on the PATH.";
}
