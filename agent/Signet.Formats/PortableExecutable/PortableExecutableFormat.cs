using System.Buffers.Binary;
using System.Collections.Frozen;

namespace Signet.Formats.PortableExecutable;

/// <summary>Windows programs, libraries and drivers, and UEFI programs, signed with Authenticode.</summary>
/// <remarks>
/// "Windows Authenticode Portable Executable Signature Format" (Microsoft, 2008) and "PE Format" (Microsoft).
/// </remarks>
public sealed class PortableExecutableFormat : ISignatureFormat
{
    private static readonly FrozenSet<string> Names = new[]
    {
        ".exe", ".dll", ".sys", ".efi", ".ocx", ".scr", ".cpl", ".mui", ".drv", ".ax", ".winmd",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Name => "pe";

    /// <inheritdoc/>
    public bool RequiresRandomAccess => false;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Extensions => Names;

    /// <inheritdoc/>
    public bool MatchesContent(ReadOnlySpan<byte> head)
    {
        if (head.Length < ImageHeaders.DosHeaderBytes || !head.StartsWith("MZ"u8))
        {
            return false;
        }

        var peOffset = BinaryPrimitives.ReadUInt32LittleEndian(head[0x3c..]);

        // Where the head does not reach the PE header, MZ has to do; reading the file tells.
        return peOffset > head.Length - 4L || head[(int)peOffset..].StartsWith("PE\0\0"u8);
    }

    /// <inheritdoc/>
    public async Task<IPreparedSignature> PrepareAsync(
        Stream content, SigningChoices choices, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(choices);
        var image = await new ImageReader(content, choices.HashAlgorithm, choices.PageHashes)
            .ReadAsync(cancellationToken).ConfigureAwait(false);
        var signatures = CertificateTable.Read(image.CertificateTable);
        if (signatures.Count > 0 && choices.ExistingSignature == ExistingSignatureRule.Refuse)
        {
            throw new SignatureFormatException(
                FormatFailure.AlreadySigned, "The file is signed already, and the request says to refuse that.");
        }

        return new PreparedImage(
            image, choices.ExistingSignature == ExistingSignatureRule.Append ? signatures : [], choices);
    }

    /// <inheritdoc/>
    public Task<VerificationReport> VerifyAsync(
        Stream content, TrustAnchors trust, CancellationToken cancellationToken) =>
        Verification.PortableExecutableVerifier.VerifyAsync(content, trust, cancellationToken);
}
