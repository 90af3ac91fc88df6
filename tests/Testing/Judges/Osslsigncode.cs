using Signet.Testing.Tools;

namespace Signet.Testing.Judges;

/// <summary>osslsigncode: a judge of Authenticode signatures that this project did not write, and another signer.</summary>
public static class Osslsigncode
{
    private const string Program = "osslsigncode";

    /// <summary>Lets it verify a file: digest, signature, chain, and timestamp where there is one.</summary>
    /// <param name="file">The signed file.</param>
    /// <param name="signingRoots">PEM file with the roots of signers.</param>
    /// <param name="timestampRoots">PEM file with the roots of timestamp authorities.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    public static Task<ProgramResult> VerifyAsync(
        string file, string signingRoots, string timestampRoots, CancellationToken cancellationToken) =>
        ExternalProgram.RunAsync(
            Program, ["verify", "-CAfile", signingRoots, "-TSA-CAfile", timestampRoots, "-in", file], cancellationToken);

    /// <summary>Lets it look a file up in a catalog, and verify the catalog.</summary>
    /// <param name="file">The file, which need not be signed itself.</param>
    /// <param name="catalog">The signed catalog.</param>
    /// <param name="signingRoots">PEM file with the roots of signers.</param>
    /// <param name="timestampRoots">PEM file with the roots of timestamp authorities.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    public static Task<ProgramResult> VerifyInCatalogAsync(
        string file, string catalog, string signingRoots, string timestampRoots, CancellationToken cancellationToken) =>
        ExternalProgram.RunAsync(
            Program,
            ["verify", "-catalog", catalog, "-CAfile", signingRoots, "-TSA-CAfile", timestampRoots, "-in", file], cancellationToken);

    /// <summary>Whether it says that every signature of the file holds. Its exit code alone is lenient in old versions.</summary>
    public static bool Accepts(ProgramResult result) =>
        result.ExitCode == 0
        && result.Output.Contains("Succeeded", StringComparison.Ordinal)
        && result.Output.Contains("Signature verification: ok", StringComparison.Ordinal)
        && !result.All.Contains("Signature verification: failed", StringComparison.Ordinal)
        && !result.All.Contains("MISMATCH", StringComparison.Ordinal);

    /// <summary>Whether it says so of a file that has a timestamp as well.</summary>
    public static bool AcceptsStamped(ProgramResult result) =>
        Accepts(result) && result.Output.Contains("Timestamp Server Signature verification: ok", StringComparison.Ordinal);

    /// <summary>Has it sign a file.</summary>
    /// <param name="input">The file.</param>
    /// <param name="output">The signed file; must not be there.</param>
    /// <param name="certificates">PEM: the signer's certificate and its issuers.</param>
    /// <param name="key">PEM: the signer's key.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <param name="more">More options, for instance <c>-h sha384</c>.</param>
    public static Task SignAsync(
        string input, string output, string certificates, string key, CancellationToken cancellationToken,
        params IEnumerable<string> more) =>
        ExternalProgram.RunSuccessfullyAsync(
            Program, ["sign", "-certs", certificates, "-key", key, .. more, "-in", input, "-out", output], cancellationToken);
}
