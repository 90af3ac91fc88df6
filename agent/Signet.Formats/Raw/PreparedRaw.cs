using System.Security.Cryptography;
using Signet.Formats.Detached;
using Signet.Formats.SignedData;

namespace Signet.Formats.Raw;

/// <summary>A file that was hashed and awaits its signature.</summary>
internal sealed class PreparedRaw(HashedContent content, HashAlgorithmName hash) : IPreparedSignature
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<Edit>> SignAsync(
        ISigner signer, ITimestamper? timestamper, CancellationToken cancellationToken)
    {
        if (timestamper is not null)
        {
            throw new SignatureFormatException(
                FormatFailure.InvalidChoice, "A raw signature has no place for a timestamp. Use format 'cms' for one that has.");
        }

        var signature = await signer.SignDigestAsync(content.Digest, hash, cancellationToken).ConfigureAwait(false);
        return SignatureFile.InPlaceOf(
            content.SizeBytes,
            signer.Scheme == SignatureScheme.Ecdsa ? EcdsaValue.FromP1363(signature) : signature);
    }
}
