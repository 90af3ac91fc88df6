using Signet.Testing.Tools;

namespace Signet.Testing.Agent;

/// <summary>
/// Runs <c>signet</c> as another account of this machine, by setpriv(1), which takes root. The program is copied to where
/// that account may read it.
/// </summary>
public sealed class OtherAccount : IDisposable
{
    /// <summary>An account that every Debian has and that owns nothing.</summary>
    public const string Name = "nobody";

    private const string UserId = "65534";

    private readonly TemporaryDirectory _directory = new();

    private OtherAccount()
    {
    }

    /// <summary>Copies the program.</summary>
    /// <exception cref="InvalidOperationException">The tests do not run as root.</exception>
    public static OtherAccount Create()
    {
        if (Environment.UserName != "root")
        {
            throw new InvalidOperationException("Only root can run a program as another account. Run the tests as root, as the README says.");
        }

        var account = new OtherAccount();
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(SignetCommand.Executable)!))
        {
            File.Copy(file, account._directory.File(Path.GetFileName(file)));
        }

        return account;
    }

    /// <summary>Runs a command to its end, whatever its exit code.</summary>
    public Task<ProgramResult> RunAsync(
        IEnumerable<string> arguments, CancellationToken cancellationToken, string? standardInput = null) =>
        ExternalProgram.RunAsync(
            "setpriv",
            [
                "--reuid", UserId, "--regid", UserId, "--clear-groups", "--no-new-privs",
                _directory.File("signet"), .. arguments,
            ],
            cancellationToken,
            environment: new Dictionary<string, string> { ["HOME"] = "/nonexistent", ["DOTNET_EnableDiagnostics"] = "0" },
            standardInput: standardInput);

    public void Dispose() => _directory.Dispose();
}
