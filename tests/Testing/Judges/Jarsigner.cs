using Signet.Testing.Tools;

namespace Signet.Testing.Judges;

/// <summary>jarsigner of the JDK: the judge of JAR signatures, and another signer.</summary>
public sealed class Jarsigner
{
    private const string Password = "changeit";

    private readonly string _trusted;

    private Jarsigner(string trusted) => _trusted = trusted;

    /// <summary>Makes a judge that trusts these roots.</summary>
    /// <param name="directory">For its key store.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <param name="roots">PEM files with a root each.</param>
    public static async Task<Jarsigner> CreateAsync(
        TemporaryDirectory directory, CancellationToken cancellationToken, params IReadOnlyList<string> roots)
    {
        var store = directory.File("trusted.p12");
        foreach (var (root, number) in roots.Select((root, number) => (root, number)))
        {
            await ExternalProgram.RunSuccessfullyAsync(
                "keytool",
                ["-importcert", "-noprompt", "-alias", $"root{number}", "-file", root, "-keystore", store, "-storepass", Password],
                cancellationToken);
        }

        return new Jarsigner(store);
    }

    /// <summary>Has it verify a JAR: every entry, the chains of signers and timestamps; a warning counts as an error.</summary>
    public Task<ProgramResult> VerifyAsync(string jar, CancellationToken cancellationToken) => ExternalProgram.RunAsync(
        "jarsigner", ["-verify", "-strict", "-verbose", "-certs", "-keystore", _trusted, "-storepass", Password, jar],
        cancellationToken);

    /// <summary>Whether it accepts. Without signatures it ends with 0 too, so its words count.</summary>
    public static bool Accepts(ProgramResult result) =>
        result.ExitCode == 0
        && result.Output.Contains("jar verified.", StringComparison.Ordinal)
        && !result.Output.Contains("unsigned", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it accepts a JAR all of whose signatures have a timestamp.</summary>
    public static bool AcceptsStamped(ProgramResult result) =>
        Accepts(result)
        && result.Output.Contains("Timestamped by", StringComparison.Ordinal)
        && !result.Output.Contains("do not include a timestamp", StringComparison.Ordinal)
        && !result.Output.Contains("does not include a timestamp", StringComparison.Ordinal);

    /// <summary>Has it sign a JAR in place.</summary>
    /// <param name="directory">For the key store.</param>
    /// <param name="jar">The file.</param>
    /// <param name="certificates">PEM: the signer's certificate and its issuers.</param>
    /// <param name="key">PEM: the signer's key.</param>
    /// <param name="alias">Name of the signature in the JAR.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <param name="more">More options.</param>
    public static async Task SignAsync(
        TemporaryDirectory directory, string jar, string certificates, string key, string alias,
        CancellationToken cancellationToken, params IEnumerable<string> more)
    {
        var name = Guid.NewGuid().ToString("N");
        var (chain, keyFile, store) = (directory.File(name + ".pem"), directory.File(name + ".key"), directory.File(name + ".p12"));
        await File.WriteAllTextAsync(chain, certificates, cancellationToken);
        await File.WriteAllTextAsync(keyFile, key, cancellationToken);
        await ExternalProgram.RunSuccessfullyAsync(
            "openssl",
            ["pkcs12", "-export", "-in", chain, "-inkey", keyFile, "-name", alias, "-passout", "pass:" + Password, "-out", store],
            cancellationToken);
        await ExternalProgram.RunSuccessfullyAsync(
            "jarsigner", ["-keystore", store, "-storepass", Password, .. more, jar, alias], cancellationToken);
    }
}
