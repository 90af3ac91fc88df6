using Signet.Testing.Tools;

namespace Signet.Testing.Agent;

/// <summary>
/// Runs <c>signet</c> as another account of this machine, by setpriv(1), which takes root. The program is copied to where
/// that account may read it.
/// </summary>
public sealed class OtherAccount : IDisposable
{
    /// <summary>An account that every Debian has and that owns nothing.</summary>
    public const string Nobody = "nobody";

    private readonly TemporaryDirectory _directory = new();

    private OtherAccount()
    {
    }

    /// <summary>Makes a system account without a home, if there is none of this name.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task MakeAsync(string name, CancellationToken cancellationToken)
    {
        var known = await ExternalProgram.RunAsync("id", ["-u", name], cancellationToken);
        if (known.ExitCode != 0)
        {
            await ExternalProgram.RunSuccessfullyAsync(
                "useradd", ["--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name], cancellationToken);
        }
    }

    /// <summary>Removes an account that <see cref="MakeAsync"/> made.</summary>
    public static Task RemoveAsync(string name) => ExternalProgram.RunAsync("userdel", [name], CancellationToken.None);

    /// <summary>Copies the program.</summary>
    /// <exception cref="InvalidOperationException">The tests do not run as root.</exception>
    public static OtherAccount Create()
    {
        if (Environment.UserName != "root")
        {
            throw new InvalidOperationException("Only root can run a program as another account. Run the tests as root, as the README says.");
        }

        var account = new OtherAccount();
        var built = Path.GetDirectoryName(SignetCommand.Executable)!;
        foreach (var file in Directory.EnumerateFiles(built, "*", SearchOption.AllDirectories))
        {
            var copy = account._directory.File(Path.GetRelativePath(built, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        return account;
    }

    /// <summary>Runs a command to its end, whatever its exit code.</summary>
    /// <param name="arguments">What <c>signet</c> gets.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <param name="standardInput">What it reads.</param>
    /// <param name="name">The account.</param>
    public Task<ProgramResult> RunAsync(
        IEnumerable<string> arguments, CancellationToken cancellationToken, string? standardInput = null, string name = Nobody) =>
        ExternalProgram.RunAsync(
            "setpriv",
            [
                "--reuid", name, "--regid", "65534", "--clear-groups", "--no-new-privs",
                _directory.File("signet"), .. arguments,
            ],
            cancellationToken,
            environment: new Dictionary<string, string> { ["HOME"] = "/nonexistent", ["DOTNET_EnableDiagnostics"] = "0" },
            standardInput: standardInput);

    public void Dispose() => _directory.Dispose();
}
