using Signet.Formats.Authenticode;
using Signet.Formats.WindowsInstaller.Compound;

namespace Signet.Formats.WindowsInstaller;

/// <summary>An installer package that was read and awaits its signature. The file it was read from is still open.</summary>
/// <param name="open">Opens the package anew, so that each signature starts from the file as it is.</param>
/// <param name="digest">What is signed.</param>
/// <param name="metadata">What MsiDigitalSignatureEx gets; null where it stays as it is.</param>
/// <param name="choices">What was asked for.</param>
internal sealed class PreparedPackage(Func<OpenPackage> open, byte[] digest, byte[]? metadata, SigningChoices choices)
    : IPreparedSignature
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<Edit>> SignAsync(
        ISigner signer, ITimestamper? timestamper, CancellationToken cancellationToken)
    {
        var content = IndirectData.ForWindowsInstaller(digest, choices.HashAlgorithm);
        var signature = await AuthenticodeSigner.SignAsync(content, choices, signer, timestamper, cancellationToken)
            .ConfigureAwait(false);
        var package = open();
        if (choices.ExistingSignature == ExistingSignatureRule.Append && package.Signature is { } existing)
        {
            signature = NestedSignature.Append(existing, signature);
        }

        package.ReleaseSignature();
        if (metadata is not null)
        {
            package.ReleaseMetadata();
            package.File.Write(PackageDigest.MetadataStream, metadata);
        }

        package.File.Write(PackageDigest.SignatureStream, signature);
        return package.File.ToEdits();
    }
}

/// <summary>A package with what its two streams of a signature hold.</summary>
internal sealed class OpenPackage
{
    // Larger than any real one by far.
    private const int MaxSignatureBytes = 16 << 20;
    private const int MaxMetadataBytes = 64;

    private readonly Action _releaseSignature = () => { };
    private readonly Action _releaseMetadata = () => { };

    /// <summary>Opens it.</summary>
    /// <exception cref="SignatureFormatException">It is not well-formed.</exception>
    public OpenPackage(CompoundFile file)
    {
        File = file;
        if (file.Directory.Find(PackageDigest.SignatureStream) is { } signature)
        {
            var bytes = file.Take(signature, MaxSignatureBytes, out _releaseSignature);
            Signature = bytes.Length > 0 ? bytes : null;
        }

        if (file.Directory.Find(PackageDigest.MetadataStream) is { } metadata)
        {
            Metadata = file.Take(metadata, MaxMetadataBytes, out _releaseMetadata);
        }
    }

    /// <summary>The compound file.</summary>
    public CompoundFile File { get; }

    /// <summary>The PKCS#7 signature; null for none.</summary>
    public byte[]? Signature { get; }

    /// <summary>The digest over the metadata; null for none.</summary>
    public byte[]? Metadata { get; }

    /// <summary>Gives the place of the signature in the file back.</summary>
    public void ReleaseSignature() => _releaseSignature();

    /// <summary>Gives the place of the digest over the metadata back.</summary>
    public void ReleaseMetadata() => _releaseMetadata();
}
