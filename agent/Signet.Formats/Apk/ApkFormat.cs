using System.Security.Cryptography;
using Signet.Formats.Jar;
using Signet.Formats.Zip;

namespace Signet.Formats.Apk;

/// <summary>Android packages, signed by APK Signature Schemes v2 and v3, which Android 7.0 and later read.</summary>
/// <remarks>source.android.com: "APK Signature Scheme v2", "APK Signature Scheme v3".</remarks>
public sealed class ApkFormat : ISignatureFormat
{
    /// <summary>The first Android version that reads scheme v2 (Android 7.0).</summary>
    internal const int FirstSdkWithV2 = 24;

    private const string Manifest = "AndroidManifest.xml";
    private const int MaxManifestBytes = 16 << 20;

    private static readonly string[] Names = [".apk"];

    /// <inheritdoc/>
    public string Name => "apk";

    /// <inheritdoc/>
    public bool RequiresRandomAccess => true;

    /// <inheritdoc/>
    public bool SharesContent => true;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Extensions => Names;

    /// <inheritdoc/>
    public bool MatchesContent(ReadOnlySpan<byte> head) => ZipReader.MatchesContent(head);

    /// <inheritdoc/>
    public async Task<IPreparedSignature> PrepareAsync(
        Stream content, SigningChoices choices, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(choices);
        SignerBlock.AlgorithmOf(SignatureScheme.RsaPkcs1, choices.HashAlgorithm);
        var archive = await ZipReader.ReadAsync(content, null, cancellationToken).ConfigureAwait(false);
        if (!archive.End.Zip64Record.IsEmpty || archive.NeedsZip64WhenSigned(addedEntries: 0))
        {
            throw ZipErrors.Unsupported(
                $"it has {archive.Length} bytes and is a zip64 archive, which Android does not install, or would become one");
        }

        var minSdk = await ReadMinSdkAsync(archive, cancellationToken).ConfigureAwait(false);
        var block = await SigningBlock.FindAsync(
            content, archive.EntriesEnd, archive.End.DirectoryOffset, cancellationToken).ConfigureAwait(false);
        CheckChoice(archive, block?.Ids ?? [], choices.ExistingSignature);

        var editor = new ZipEditor(archive);
        var blockOffset = block?.Offset ?? archive.End.DirectoryOffset;
        editor.ReplaceBeforeDirectory(blockOffset, []);
        RemoveV1(archive, editor);
        var digest = await DigestAsync(content, editor.ToEdits(), choices.HashAlgorithm, cancellationToken).ConfigureAwait(false);
        return new PreparedApk(editor, blockOffset, minSdk, digest, choices.HashAlgorithm);
    }

    /// <inheritdoc/>
    public Task<VerificationReport> VerifyAsync(
        Stream content, TrustAnchors trust, CancellationToken cancellationToken) =>
        Verification.ApkVerifier.VerifyAsync(content, trust, cancellationToken);

    private static async Task<int> ReadMinSdkAsync(ZipFile archive, CancellationToken cancellationToken)
    {
        var entry = archive.Find(Manifest) ?? throw new SignatureFormatException(
            FormatFailure.Malformed, $"This is no APK: it has no {Manifest}.");

        // Manifests shrink to a fifth or so.
        var maxBytes = (int)Math.Min(MaxManifestBytes, (64 << 10) + (32 * archive.Length));
        var minSdk = BinaryManifest.ReadMinSdk(
            await archive.ReadAllAsync(entry, maxBytes, cancellationToken).ConfigureAwait(false));
        return minSdk >= FirstSdkWithV2
            ? minSdk
            : throw new SignatureFormatException(
                FormatFailure.Unsupported,
                FormattableString.Invariant($"The APK says that it runs on API level {minSdk} (minSdkVersion), and below {FirstSdkWithV2} ")
                + "Android reads no signature of scheme v2 or v3, which are those that are made here.");
    }

    private static void CheckChoice(ZipFile archive, IReadOnlyList<uint> ids, ExistingSignatureRule rule)
    {
        var isSigned = ids.Any(id => id is SigningBlock.SchemeV2 or SigningBlock.SchemeV3 or SigningBlock.SchemeV31)
            || archive.Entries.Any(entry => JarNames.IsSignatureFile(entry.Name));
        if (isSigned && rule == ExistingSignatureRule.Refuse)
        {
            throw new SignatureFormatException(
                FormatFailure.AlreadySigned, "The APK is signed already, and the request says to refuse that.");
        }

        if (isSigned && rule == ExistingSignatureRule.Append)
        {
            throw new SignatureFormatException(
                FormatFailure.InvalidChoice, "Scheme v3 has one signer, so no signature can be appended to an APK. Choose 'replace'.");
        }
    }

    // A v1 signature of somebody else would contradict the new one.
    private static void RemoveV1(ZipFile archive, ZipEditor editor)
    {
        if (!archive.Entries.Any(entry => JarNames.IsSignatureFile(entry.Name)))
        {
            return;
        }

        foreach (var entry in archive.Entries.Where(
            entry => JarNames.IsOfSignature(entry.Name) || JarNames.IsManifest(entry.Name)))
        {
            editor.Remove(entry);
        }
    }

    private static async Task<byte[]> DigestAsync(
        Stream content, IReadOnlyList<Edit> edits, HashAlgorithmName hash, CancellationToken cancellationToken)
    {
        var unsigned = new EditedStream(content, edits, leaveOpen: true);
        await using (unsigned.ConfigureAwait(false))
        {
            var end = await EndOfDirectory.ReadAsync(unsigned, cancellationToken).ConfigureAwait(false);
            return await ContentDigest.ComputeAsync(
                unsigned, end.DirectoryOffset, end.DirectoryOffset + end.DirectoryBytes, hash, cancellationToken).ConfigureAwait(false);
        }
    }
}
