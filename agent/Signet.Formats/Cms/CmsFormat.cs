using Signet.Formats.Cms.Verification;
using Signet.Formats.Detached;

namespace Signet.Formats.Cms;

/// <summary>Any file, with a CMS signature in a file of its own (RFC 5652), as <c>openssl cms</c> reads it.</summary>
public sealed class CmsFormat : IDetachedFormat
{
    /// <inheritdoc/>
    public string Name => "cms";

    /// <inheritdoc/>
    public string Suffix => ".p7s";

    /// <inheritdoc/>
    public bool RequiresRandomAccess => false;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Extensions => [];

    /// <inheritdoc/>
    /// <remarks>A SEQUENCE in DER.</remarks>
    public bool MatchesContent(ReadOnlySpan<byte> head) => !head.IsEmpty && head[0] == 0x30;

    /// <inheritdoc/>
    public async Task<IPreparedSignature> PrepareAsync(
        Stream content, SigningChoices choices, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(choices);
        SignatureFile.RequireNoAppend(choices, Name);
        var hashed = await HashedContent.ReadAsync(content, choices.HashAlgorithm, cancellationToken).ConfigureAwait(false);
        return new PreparedCms(hashed, choices.HashAlgorithm);
    }

    /// <inheritdoc/>
    public Task<VerificationReport> VerifyAsync(
        Stream content, TrustAnchors trust, CancellationToken cancellationToken) => throw SignatureFile.WithoutContent(Suffix);

    /// <inheritdoc/>
    public Task<VerificationReport> VerifyDetachedAsync(
        Stream content, Stream signature, TrustAnchors trust, CancellationToken cancellationToken) =>
        CmsVerifier.VerifyAsync(content, signature, trust, cancellationToken);
}
