using Signet.Testing.Tools;

namespace Signet.Testing.Judges;

/// <summary>openssl: a judge of CMS and of raw signatures that this project did not write, and another signer.</summary>
public static class OpenSsl
{
    private const string Program = "openssl";

    /// <summary>Lets it verify a detached CMS signature with its chain. Ends with 0 where it accepts.</summary>
    /// <param name="content">The file that was signed.</param>
    /// <param name="signature">The signature in DER.</param>
    /// <param name="roots">PEM file with the roots of signers.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    public static Task<ProgramResult> VerifyCmsAsync(
        string content, string signature, string roots, CancellationToken cancellationToken) =>
        ExternalProgram.RunAsync(
            Program,
            ["cms", "-verify", "-binary", "-inform", "DER", "-in", signature, "-content", content, "-CAfile", roots,
                "-purpose", "any", "-out", content + ".out"],
            cancellationToken);

    /// <summary>Has it sign a file with a detached CMS signature in DER.</summary>
    public static Task SignCmsAsync(
        string content, string signature, string certificate, string issuers, string key, CancellationToken cancellationToken,
        params IEnumerable<string> more) =>
        ExternalProgram.RunSuccessfullyAsync(
            Program,
            ["cms", "-sign", "-binary", "-outform", "DER", "-in", content, "-out", signature, "-signer", certificate,
                "-certfile", issuers, "-inkey", key, .. more],
            cancellationToken);

    /// <summary>Lets it verify a raw signature. Ends with 0 where it accepts.</summary>
    /// <param name="content">The file that was signed.</param>
    /// <param name="signature">The signature.</param>
    /// <param name="publicKey">PEM file with the public key.</param>
    /// <param name="hash">"sha256", "sha384" or "sha512".</param>
    /// <param name="pss">Whether an RSA signature is PSS with a salt as long as the hash.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    public static Task<ProgramResult> VerifyRawAsync(
        string content, string signature, string publicKey, string hash, bool pss, CancellationToken cancellationToken)
    {
        IEnumerable<string> padding = pss ? ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"] : [];
        return ExternalProgram.RunAsync(
            Program, ["dgst", "-" + hash, "-verify", publicKey, .. padding, "-signature", signature, content], cancellationToken);
    }
}
