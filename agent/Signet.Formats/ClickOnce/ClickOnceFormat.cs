namespace Signet.Formats.ClickOnce;

/// <summary>ClickOnce application and deployment manifests, signed in XML.</summary>
/// <remarks>
/// W3C "XML Signature Syntax and Processing", "Exclusive XML Canonicalization 1.0"; the layout is that of Microsoft's mage.exe and of the
/// sources of dotnet/sign. A deployment manifest states hash and size of its application manifest: who signs both signs that one first and
/// updates the other.
/// </remarks>
public sealed class ClickOnceFormat : ISignatureFormat
{
    /// <summary>Longest manifest that is read; real ones have some 100 KB at most.</summary>
    internal const int MaxBytes = 16 << 20;

    private static readonly string[] Names = [".application", ".vsto", ".manifest"];

    /// <inheritdoc/>
    public string Name => "clickonce";

    /// <inheritdoc/>
    public bool RequiresRandomAccess => false;

    /// <inheritdoc/>
    public bool SharesContent => true;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Extensions => Names;

    /// <inheritdoc/>
    public bool MatchesContent(ReadOnlySpan<byte> head) => head is [0xff, 0xfe, ..] or [0xfe, 0xff, ..]
        || (head is [0xef, 0xbb, 0xbf, ..] ? head[3..] : head).TrimStart(" \t\r\n"u8) is [(byte)'<', ..];

    /// <inheritdoc/>
    public async Task<IPreparedSignature> PrepareAsync(
        Stream content, SigningChoices choices, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(choices);
        if (choices.HashAlgorithm.Name != "SHA256")
        {
            throw new SignatureFormatException(
                FormatFailure.InvalidChoice, $"ClickOnce manifests are signed with SHA-256 alone, and {choices.HashAlgorithm.Name} was asked for.");
        }

        var text = ManifestText.Decode(await ReadAsync(content, cancellationToken).ConfigureAwait(false));
        var layout = ManifestLayout.Read(text);
        return layout.Signature is null || choices.ExistingSignature == ExistingSignatureRule.Replace
            ? new PreparedManifest(text, layout, choices)
            : throw (choices.ExistingSignature == ExistingSignatureRule.Refuse
                ? new SignatureFormatException(
                    FormatFailure.AlreadySigned, "The manifest is signed already, and the request says to refuse that.")
                : new SignatureFormatException(
                    FormatFailure.InvalidChoice, "A ClickOnce manifest holds one signature, so none can be added to it. Replace it."));
    }

    /// <inheritdoc/>
    public Task<VerificationReport> VerifyAsync(
        Stream content, TrustAnchors trust, CancellationToken cancellationToken) =>
        Verification.ManifestVerifier.VerifyAsync(content, trust, cancellationToken);

    /// <summary>The error for a manifest that breaks a rule.</summary>
    /// <param name="what">What is wrong, in one clause.</param>
    /// <param name="cause">For the log.</param>
    internal static SignatureFormatException Malformed(string what, Exception? cause = null) =>
        new(FormatFailure.Malformed, $"This is no well-formed ClickOnce manifest: {what}.", cause);

    /// <summary>Reads a manifest whole.</summary>
    /// <exception cref="SignatureFormatException">It is too long.</exception>
    internal static async Task<byte[]> ReadAsync(Stream content, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[16 << 10];
        int read;
        while ((read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length > MaxBytes)
            {
                throw Malformed($"it has more than {MaxBytes} bytes");
            }
        }

        return bytes.ToArray();
    }
}
