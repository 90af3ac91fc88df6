using System.Security.Cryptography;
using Signet.Formats.Detached;
using Signet.Formats.OpenPgp.Verification;

namespace Signet.Formats.OpenPgp;

/// <summary>
/// Any file, with an OpenPGP signature in a file of its own (RFC 9580 section 10.4), as <c>gpg --verify</c> reads it.
/// </summary>
/// <param name="armoured">Whether the signature is ASCII armour (.asc) or binary (.gpg).</param>
/// <param name="time">When a signature is made, which OpenPGP signatures say.</param>
public sealed class OpenPgpFormat(bool armoured, TimeProvider time) : IDetachedFormat
{
    // A signature packet, in the old form with a length of one, two or four bytes, and in the new form.
    private static ReadOnlySpan<byte> FirstBytes => [0x88, 0x89, 0x8A, 0xC2];

    /// <inheritdoc/>
    public string Name => armoured ? "openpgp" : "openpgp-binary";

    /// <inheritdoc/>
    public string Suffix => armoured ? ".asc" : ".gpg";

    /// <inheritdoc/>
    public bool RequiresRandomAccess => false;

    /// <inheritdoc/>
    public bool CarriesTimestamps => false;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Extensions => [];

    /// <inheritdoc/>
    public bool MatchesContent(ReadOnlySpan<byte> head) => armoured
        ? head.StartsWith("-----BEGIN PGP SIGNATURE-----"u8)
        : !head.IsEmpty && FirstBytes.Contains(head[0]);

    /// <inheritdoc/>
    public async Task<IPreparedSignature> PrepareAsync(
        Stream content, SigningChoices choices, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(choices);
        SignatureFile.RequireNoAppend(choices, Name);
        var hash = IncrementalHash.CreateHash(choices.HashAlgorithm);
        var size = await HashedContent.ReadAsync(content, bytes => hash.AppendData(bytes.Span), cancellationToken)
            .ConfigureAwait(false);
        return new PreparedOpenPgp(
            hash, choices.HashAlgorithm, OpenPgpSignature.Binary, time,
            packet => SignatureFile.InPlaceOf(size, armoured ? Armor.Write("PGP SIGNATURE", packet) : packet));
    }

    /// <inheritdoc/>
    public Task<VerificationReport> VerifyAsync(
        Stream content, TrustAnchors trust, CancellationToken cancellationToken) => throw SignatureFile.WithoutContent(Suffix);

    /// <inheritdoc/>
    public async Task<VerificationReport> VerifyDetachedAsync(
        Stream content, Stream signature, TrustAnchors trust, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(trust);
        var encoded = await SignatureFile.ReadAsync(signature, cancellationToken).ConfigureAwait(false);
        var signatures = OpenPgpSignatures.Read(encoded, trust);
        content.Position = 0;
        await HashedContent.ReadAsync(content, signatures.Update, cancellationToken).ConfigureAwait(false);
        return new VerificationReport(Name, signatures.Finish());
    }
}
