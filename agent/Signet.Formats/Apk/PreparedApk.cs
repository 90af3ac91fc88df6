using System.Security.Cryptography;
using Signet.Formats.Zip;

namespace Signet.Formats.Apk;

/// <summary>An APK that was read and awaits its signature.</summary>
/// <param name="editor">Drops the signatures that are there.</param>
/// <param name="blockOffset">Where the APK Signing Block goes.</param>
/// <param name="minSdk">The oldest Android that the APK runs on.</param>
/// <param name="digest">Of the content.</param>
/// <param name="hash">What it was made with.</param>
internal sealed class PreparedApk(ZipEditor editor, long blockOffset, int minSdk, byte[] digest, HashAlgorithmName hash)
    : IPreparedSignature
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<Edit>> SignAsync(
        ISigner signer, ITimestamper? timestamper, CancellationToken cancellationToken)
    {
        if (timestamper is not null)
        {
            throw new SignatureFormatException(
                FormatFailure.InvalidChoice, "The signature of an APK has no place for a timestamp. Sign it with a profile that asks for none.");
        }

        var v2 = await SignerBlock.SignV2Async(digest, hash, signer, cancellationToken).ConfigureAwait(false);
        var v3 = await SignerBlock.SignV3Async(digest, hash, minSdk, signer, cancellationToken).ConfigureAwait(false);

        // A second call puts its block in place of the first one's.
        editor.ReplaceBeforeDirectory(
            blockOffset, SigningBlock.Write((SigningBlock.SchemeV2, v2), (SigningBlock.SchemeV3, v3)));
        return editor.ToEdits();
    }
}
