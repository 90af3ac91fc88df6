using System.Security.Cryptography;

namespace Signet.Formats.OpenPgp;

/// <summary>A content that was hashed and awaits its OpenPGP signature.</summary>
/// <param name="content">The running hash of the content; used once.</param>
/// <param name="hash">What it hashes with.</param>
/// <param name="type">Signature type.</param>
/// <param name="time">When it is signed.</param>
/// <param name="toEdits">Where the signature packet goes.</param>
internal sealed class PreparedOpenPgp(
    IncrementalHash content, HashAlgorithmName hash, byte type, TimeProvider time, Func<byte[], IReadOnlyList<Edit>> toEdits)
    : IPreparedSignature
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<Edit>> SignAsync(
        ISigner signer, ITimestamper? timestamper, CancellationToken cancellationToken)
    {
        using (content)
        {
            if (timestamper is not null)
            {
                throw new SignatureFormatException(
                    FormatFailure.InvalidChoice, "An OpenPGP signature has no place for an RFC 3161 timestamp.");
            }

            var key = OpenPgpKey.Of(signer, hash);
            return toEdits(await OpenPgpSignature.SignAsync(
                content, hash, type, key, signer, time.GetUtcNow(), default, cancellationToken).ConfigureAwait(false));
        }
    }
}
