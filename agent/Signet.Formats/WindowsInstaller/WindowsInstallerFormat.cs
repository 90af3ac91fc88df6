using System.Collections.Frozen;
using Signet.Formats.WindowsInstaller.Compound;

namespace Signet.Formats.WindowsInstaller;

/// <summary>Windows Installer packages, patches, transforms and merge modules, signed with Authenticode.</summary>
/// <remarks>
/// [MS-CFB] "Compound File Binary File Format"; "Digital Signatures and Windows Installer" (Microsoft). The order in which
/// streams are hashed is written down nowhere by Microsoft; it is that of Windows' own signer.
/// </remarks>
public sealed class WindowsInstallerFormat : ISignatureFormat
{
    private static readonly FrozenSet<string> Names = new[] { ".msi", ".msp", ".mst", ".msm" }.ToFrozenSet(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Name => "msi";

    /// <inheritdoc/>
    public bool RequiresRandomAccess => true;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Extensions => Names;

    /// <inheritdoc/>
    public bool MatchesContent(ReadOnlySpan<byte> head) => head.StartsWith(CompoundHeader.Magic);

    /// <inheritdoc/>
    public async Task<IPreparedSignature> PrepareAsync(
        Stream content, SigningChoices choices, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(choices);
        var package = Open(content);
        if (package.Signature is not null && choices.ExistingSignature == ExistingSignatureRule.Refuse)
        {
            throw new SignatureFormatException(
                FormatFailure.AlreadySigned, "The file is signed already, and the request says to refuse that.");
        }

        var appends = package.Signature is not null && choices.ExistingSignature == ExistingSignatureRule.Append;
        var metadata = PackageDigest.ComputeMetadata(package.File.Directory, choices.HashAlgorithm);
        if (appends)
        {
            CheckAppend(package.Metadata, metadata);
        }

        // A signature that stays was made with or without the digest over the metadata, and so is the one beside it.
        var digest = await PackageDigest.ComputeAsync(
            package.File, choices.HashAlgorithm, appends && package.Metadata is null ? [] : metadata, cancellationToken).ConfigureAwait(false);
        return new PreparedPackage(() => Open(content), digest, appends ? null : metadata, choices);
    }

    /// <inheritdoc/>
    public Task<VerificationReport> VerifyAsync(
        Stream content, TrustAnchors trust, CancellationToken cancellationToken) =>
        Verification.WindowsInstallerVerifier.VerifyAsync(content, trust, cancellationToken);

    private static OpenPackage Open(Stream content)
    {
        var file = new CompoundFile(content);
        var id = new Guid(file.Directory.Root.ClassId);
        if (!IsInstallerClass(id))
        {
            throw new SignatureFormatException(FormatFailure.Unsupported,
                $"This is a compound file, but none of Windows Installer: its class id is {id}.");
        }

        return new OpenPackage(file);
    }

    // 000C1082 transform, 000C1084 package or merge module, 000C1086 patch.
    private static bool IsInstallerClass(Guid id) =>
        id.ToString() is "000c1082-0000-0000-c000-000000000046"
            or "000c1084-0000-0000-c000-000000000046"
            or "000c1086-0000-0000-c000-000000000046";

    private static void CheckAppend(byte[]? stated, byte[] computed)
    {
        if (stated is not null && !stated.AsSpan().SequenceEqual(computed))
        {
            throw new SignatureFormatException(FormatFailure.InvalidChoice,
                "The file's signature covers its metadata (MsiDigitalSignatureEx) with another hash, or the metadata was changed. "
                + "A second signature must use the same hash; or replace the signature.");
        }
    }
}
