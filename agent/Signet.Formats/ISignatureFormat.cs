namespace Signet.Formats;

/// <summary>One file format: which bytes are signed, where the signature goes, and how it is verified.</summary>
/// <remarks>Implementations hold no state, so they are safe for use by several threads at once.</remarks>
public interface ISignatureFormat
{
    /// <summary>Name in the configuration, lower case: "pe", "msi", ...</summary>
    string Name { get; }

    /// <summary>
    /// Whether <see cref="PrepareAsync"/> needs a stream that can seek. Where false, the content is read once from its
    /// start to its end, so it may still be arriving.
    /// </summary>
    bool RequiresRandomAccess { get; }

    /// <summary>
    /// Whether the name has to decide among formats of the same content: a NuGet package and a JAR are both ZIP files, and
    /// every script is text. <see cref="PrepareAsync"/> then checks what the name promised. False for most formats.
    /// </summary>
    bool SharesContent => false;

    /// <summary>Whether its signatures have a place for an RFC 3161 timestamp. Where false, none is asked for.</summary>
    bool CarriesTimestamps => true;

    /// <summary>Whether the first bytes are those of this format. The name of the file plays no part.</summary>
    /// <param name="head">The first bytes, up to <see cref="FormatCatalog.HeadBytes"/>; fewer for a shorter file.</param>
    bool MatchesContent(ReadOnlySpan<byte> head);

    /// <summary>File name extensions of this format with their dots, lower case.</summary>
    IReadOnlyCollection<string> Extensions { get; }

    /// <summary>Reads the whole content and computes what is to be signed.</summary>
    /// <param name="content">The file from its first byte.</param>
    /// <param name="choices">What was asked for it.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="SignatureFormatException">The file cannot be signed as asked.</exception>
    Task<IPreparedSignature> PrepareAsync(Stream content, SigningChoices choices, CancellationToken cancellationToken);

    /// <summary>
    /// Reads a signed file by a code path of its own and says who signed it and whether each signature holds. It checks
    /// what lies in the file; whether a chain is trusted is decided by <paramref name="trust"/>.
    /// </summary>
    /// <param name="content">The file from its first byte; it can seek.</param>
    /// <param name="trust">Which roots are trusted.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="SignatureFormatException">The file breaks the format's own rules.</exception>
    Task<VerificationReport> VerifyAsync(Stream content, TrustAnchors trust, CancellationToken cancellationToken);
}
