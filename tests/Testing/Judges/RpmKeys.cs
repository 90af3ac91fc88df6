using Signet.Testing.Tools;

namespace Signet.Testing.Judges;

/// <summary>rpmkeys with a database of its own: a judge of RPM signatures that this project did not write.</summary>
/// <param name="database">Directory of its database; made if needed.</param>
public sealed class RpmKeys(string database)
{
    /// <summary>Lets it trust a key.</summary>
    public Task ImportAsync(string publicKey, CancellationToken cancellationToken) =>
        ExternalProgram.RunSuccessfullyAsync("rpmkeys", ["--dbpath", database, "--import", publicKey], cancellationToken);

    /// <summary>Lets it verify a package; a package without a signature that holds is refused.</summary>
    public Task<ProgramResult> VerifyAsync(string package, CancellationToken cancellationToken) =>
        ExternalProgram.RunAsync(
            "rpmkeys", ["--dbpath", database, "--define", "_pkgverify_level all", "--checksig", "--verbose", package], cancellationToken,
            environment: new Dictionary<string, string>(StringComparer.Ordinal) { ["LC_ALL"] = "C" });

    /// <summary>Whether it says that package and signature hold.</summary>
    public static bool Accepts(ProgramResult result, string fingerprint, string hash) =>
        result.ExitCode == 0
        && result.Output.Contains(
            $"Header V4 RSA/{hash} Signature, key ID {fingerprint[^8..].ToLowerInvariant()}: OK", StringComparison.Ordinal)
        && !result.All.Contains("BAD", StringComparison.Ordinal) && !result.All.Contains("NOT", StringComparison.Ordinal);
}
