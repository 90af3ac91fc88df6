namespace Signet.Formats;

/// <summary>
/// A format that fits any file: a request chooses it by its name, and no content is ever found to be of it. The edits
/// replace the whole content by the signature, which becomes a file of its own beside the content.
/// </summary>
/// <remarks>
/// <see cref="ISignatureFormat.MatchesContent"/> tells of a signature file whether it is of this format;
/// <see cref="ISignatureFormat.Extensions"/> is empty.
/// </remarks>
public interface IDetachedFormat : ISignatureFormat
{
    /// <summary>What the name of the signature file has behind the name of the content, with its dot: ".p7s".</summary>
    string Suffix { get; }

    /// <summary>
    /// Reads a signature file together with its content, by a code path of its own, and says who signed and whether each
    /// signature holds.
    /// </summary>
    /// <param name="content">What was signed, from its first byte; it can seek.</param>
    /// <param name="signature">The signature file from its first byte; it can seek.</param>
    /// <param name="trust">Which roots, certificates and keys are trusted.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="SignatureFormatException">The signature file breaks the format's own rules.</exception>
    Task<VerificationReport> VerifyDetachedAsync(
        Stream content, Stream signature, TrustAnchors trust, CancellationToken cancellationToken);
}
