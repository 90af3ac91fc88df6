using Signet.Testing.Tools;

namespace Signet.Testing.Judges;

/// <summary>xmlsec1: a judge of XML signatures that this project did not write.</summary>
public static class Xmlsec1
{
    /// <summary>
    /// Lets it verify the signature of a package: SignedInfo, the Object that it names, and the chain. The parts that the
    /// Object lists are none of its business.
    /// </summary>
    /// <param name="signature">File with the XML signature.</param>
    /// <param name="roots">PEM file with the roots of signers.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    public static Task<ProgramResult> VerifyAsync(string signature, string roots, CancellationToken cancellationToken) =>
        ExternalProgram.RunAsync(
            "xmlsec1",
            [
                "--verify", "--ignore-manifests", "--enabled-key-data", "x509", "--trusted-pem", roots,
                "--id-attr:Id", "http://www.w3.org/2000/09/xmldsig#:Object", signature,
            ],
            cancellationToken);

    /// <summary>Whether it says that the signature holds.</summary>
    public static bool Accepts(ProgramResult result) =>
        result.ExitCode == 0 && result.All.Contains("OK", StringComparison.Ordinal)
        && result.All.Contains("SignedInfo References (ok/all): 1/1", StringComparison.Ordinal);
}
