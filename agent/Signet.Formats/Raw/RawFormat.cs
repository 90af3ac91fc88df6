using Signet.Formats.Detached;

namespace Signet.Formats.Raw;

/// <summary>
/// Any file, with the bare signature over its hash in a file of its own, as <c>openssl dgst -verify</c> reads it: RSA
/// (RFC 8017) as long as the modulus, ECDSA as Ecdsa-Sig-Value in DER (RFC 3279 section 2.2.3).
/// </summary>
public sealed class RawFormat : IDetachedFormat
{
    /// <inheritdoc/>
    public string Name => "raw";

    /// <inheritdoc/>
    public string Suffix => ".sig";

    /// <inheritdoc/>
    public bool RequiresRandomAccess => false;

    /// <inheritdoc/>
    public bool CarriesTimestamps => false;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Extensions => [];

    /// <inheritdoc/>
    /// <remarks>It has no form of its own but its size: from a P-256 signature to an RSA key of 16,384 bits.</remarks>
    public bool MatchesContent(ReadOnlySpan<byte> head) => head.Length is >= 8 and <= 2048;

    /// <inheritdoc/>
    public async Task<IPreparedSignature> PrepareAsync(
        Stream content, SigningChoices choices, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(choices);
        SignatureFile.RequireNoAppend(choices, Name);
        var hashed = await HashedContent.ReadAsync(content, choices.HashAlgorithm, cancellationToken).ConfigureAwait(false);
        return new PreparedRaw(hashed, choices.HashAlgorithm);
    }

    /// <inheritdoc/>
    public Task<VerificationReport> VerifyAsync(
        Stream content, TrustAnchors trust, CancellationToken cancellationToken) => throw SignatureFile.WithoutContent(Suffix);

    /// <inheritdoc/>
    public Task<VerificationReport> VerifyDetachedAsync(
        Stream content, Stream signature, TrustAnchors trust, CancellationToken cancellationToken) =>
        RawVerifier.VerifyAsync(content, signature, trust, cancellationToken);
}
