using Signet.Testing.Tools;

namespace Signet.Testing.Judges;

/// <summary>
/// gpg with a home of its own: a judge of OpenPGP signatures that this project did not write, and another signer.
/// </summary>
public sealed class GnuPg : IAsyncDisposable
{
    private const string Program = "gpg";

    private readonly string _home;

    private GnuPg(string home) => _home = home;

    /// <summary>Makes an empty home. Its path is short, since sockets lie in it.</summary>
    /// <param name="home">The directory; made if needed.</param>
    public static GnuPg Create(string home)
    {
        Directory.CreateDirectory(home);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        // Where a program runs it with --openpgp it would sign with SHA-1.
        File.WriteAllText(Path.Combine(home, "gpg.conf"), "personal-digest-preferences SHA256 SHA384 SHA512\n");
        return new GnuPg(home);
    }

    /// <summary>The home, for programs that call gpg themselves.</summary>
    public IReadOnlyDictionary<string, string> Environment =>
        new Dictionary<string, string>(StringComparer.Ordinal) { ["GNUPGHOME"] = _home, ["LC_ALL"] = "C.UTF-8" };

    /// <summary>Takes a public key in.</summary>
    public Task<ProgramResult> ImportAsync(string file, CancellationToken cancellationToken) =>
        ExternalProgram.RunSuccessfullyAsync(
            Program, ["--batch", "--status-fd", "1", "--import", file], cancellationToken, environment: Environment);

    /// <summary>Lets it verify a signature.</summary>
    /// <param name="signature">The signature, or the clear-signed document.</param>
    /// <param name="content">The content; null for a clear-signed document.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    public Task<ProgramResult> VerifyAsync(string signature, string? content, CancellationToken cancellationToken) =>
        ExternalProgram.RunAsync(
            Program, ["--batch", "--status-fd", "1", "--verify", signature, .. content is null ? Array.Empty<string>() : [content]],
            cancellationToken, environment: Environment);

    /// <summary>The text of a clear-signed document.</summary>
    public Task<ProgramResult> DecodeAsync(string document, CancellationToken cancellationToken) =>
        ExternalProgram.RunAsync(Program, ["--batch", "--decrypt", document], cancellationToken, environment: Environment);

    /// <summary>Makes a key of its own that signs.</summary>
    /// <param name="algorithm">For instance rsa2048 or nistp256.</param>
    /// <param name="userId">Its user id.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <returns>Path of its public key in armour.</returns>
    public async Task<string> MakeKeyAsync(string algorithm, string userId, CancellationToken cancellationToken)
    {
        await ExternalProgram.RunSuccessfullyAsync(
            Program,
            ["--batch", "--pinentry-mode", "loopback", "--passphrase", string.Empty, "--quick-generate-key", userId, algorithm, "sign", "never"],
            cancellationToken, environment: Environment);
        var file = Path.Combine(_home, Guid.NewGuid().ToString("N") + ".pub");
        await RunAsync(["--armor", "--output", file, "--export", userId], cancellationToken);
        return file;
    }

    /// <summary>Runs it with any arguments; fails where it does.</summary>
    public Task<ProgramResult> RunAsync(IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        ExternalProgram.RunSuccessfullyAsync(
            Program, ["--batch", "--pinentry-mode", "loopback", "--passphrase", string.Empty, .. arguments], cancellationToken,
            environment: Environment);

    /// <summary>Whether it says that a signature is good and made by this key.</summary>
    public static bool Accepts(ProgramResult result, string fingerprint) =>
        result.ExitCode == 0
        && result.Output.Contains("[GNUPG:] GOODSIG", StringComparison.Ordinal)
        && result.Output.Contains("[GNUPG:] VALIDSIG " + fingerprint.ToUpperInvariant(), StringComparison.Ordinal);

    /// <summary>Ends the agent that gpg may have started for this home.</summary>
    public async ValueTask DisposeAsync() => await ExternalProgram.RunAsync(
        "gpgconf", ["--homedir", _home, "--kill", "all"], CancellationToken.None);
}
