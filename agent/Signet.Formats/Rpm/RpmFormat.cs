using System.Security.Cryptography;
using Signet.Formats.OpenPgp;

namespace Signet.Formats.Rpm;

/// <summary>
/// RPM packages (version 4), with an RSA signature over the header in the signature header, as <c>rpmsign</c> makes it and
/// <c>rpmkeys --checksig</c> reads it. The header holds the digest of the payload.
/// </summary>
/// <param name="time">When a signature is made, which OpenPGP signatures say.</param>
public sealed class RpmFormat(TimeProvider time) : ISignatureFormat
{
    /// <summary>What a package begins with.</summary>
    internal static ReadOnlySpan<byte> LeadMagic => [0xED, 0xAB, 0xEE, 0xDB];

    /// <inheritdoc/>
    public string Name => "rpm";

    /// <inheritdoc/>
    public bool RequiresRandomAccess => false;

    /// <inheritdoc/>
    public bool CarriesTimestamps => false;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Extensions { get; } = [".rpm", ".drpm"];

    /// <inheritdoc/>
    public bool MatchesContent(ReadOnlySpan<byte> head) => head.StartsWith(LeadMagic);

    /// <inheritdoc/>
    public async Task<IPreparedSignature> PrepareAsync(
        Stream content, SigningChoices choices, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(choices);
        var hash = IncrementalHash.CreateHash(choices.HashAlgorithm);
        try
        {
            var package = new RpmReader(content, bytes => hash.AppendData(bytes.Span));
            await package.ReadAsync(cancellationToken).ConfigureAwait(false);
            RequireChoice(package.Signature.IsSigned, choices.ExistingSignature);
            return new PreparedRpm(new PreparedOpenPgp(
                hash, choices.HashAlgorithm, OpenPgpSignature.Binary, time,
                packet =>
                [
                    new Edit(
                        RpmReader.SignatureOffset, package.SignatureBytes,
                        package.Signature.WithSignature(RpmTags.Rsa, packet)),
                ]));
        }
        catch
        {
            hash.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<VerificationReport> VerifyAsync(
        Stream content, TrustAnchors trust, CancellationToken cancellationToken) =>
        Verification.RpmVerifier.VerifyAsync(content, trust, cancellationToken);

    private static void RequireChoice(bool isSigned, ExistingSignatureRule rule)
    {
        if (isSigned && rule != ExistingSignatureRule.Replace)
        {
            throw rule == ExistingSignatureRule.Refuse
                ? new SignatureFormatException(
                    FormatFailure.AlreadySigned, "The package is signed already, and the request says to refuse that.")
                : new SignatureFormatException(
                    FormatFailure.InvalidChoice,
                    "An RPM of version 4 has one signature, so none can be appended. Choose refuse or replace.");
        }
    }

    /// <summary>Refuses keys that rpm cannot read before the key is used.</summary>
    private sealed class PreparedRpm(IPreparedSignature prepared) : IPreparedSignature
    {
        public Task<IReadOnlyList<Edit>> SignAsync(
            ISigner signer, ITimestamper? timestamper, CancellationToken cancellationToken) =>
            signer.Scheme == SignatureScheme.Ecdsa
                ? throw new SignatureFormatException(
                    FormatFailure.InvalidChoice,
                    "RPM packages are signed with RSA: rpm's own OpenPGP reader knows no ECDSA. Use a profile with an RSA key.")
                : prepared.SignAsync(signer, timestamper, cancellationToken);
    }
}
