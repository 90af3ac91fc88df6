using System.Collections.Frozen;
using Signet.Formats.Authenticode;

namespace Signet.Formats.Catalogs;

/// <summary>Security catalogs: lists of the digests of many files, which one signature covers.</summary>
/// <remarks>
/// RFC 2315; [MS-CAESO] and "Catalog Files and Digital Signatures" (Microsoft). <see cref="CatalogBuilder"/> makes one.
/// </remarks>
public sealed class CatalogFormat : ISignatureFormat
{
    /// <summary>Largest catalog that is read, in bytes: some hundred thousand files.</summary>
    internal const int MaxBytes = 64 << 20;

    private static readonly FrozenSet<string> Names = new[] { ".cat" }.ToFrozenSet(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Name => "cat";

    /// <inheritdoc/>
    public bool RequiresRandomAccess => false;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Extensions => Names;

    /// <inheritdoc/>
    public bool MatchesContent(ReadOnlySpan<byte> head)
    {
        // Object identifiers of SignedData and, behind the digest algorithms, of the trust list.
        ReadOnlySpan<byte> signedData = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
        ReadOnlySpan<byte> trustList = [0x06, 0x09, 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x0a, 0x01];
        return head.Length > 16 && head[0] == 0x30
            && head[..Math.Min(24, head.Length)].IndexOf(signedData) >= 0
            && head[..Math.Min(256, head.Length)].IndexOf(trustList) >= 0;
    }

    /// <inheritdoc/>
    public async Task<IPreparedSignature> PrepareAsync(
        Stream content, SigningChoices choices, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(choices);
        var file = await ReadAsync(content, cancellationToken).ConfigureAwait(false);
        var envelope = CatalogEnvelope.Read(file);
        return envelope.IsSigned && choices.ExistingSignature == ExistingSignatureRule.Refuse
            ? throw new SignatureFormatException(
                FormatFailure.AlreadySigned, "The file is signed already, and the request says to refuse that.")
            : new PreparedCatalog(file, envelope, choices);
    }

    /// <inheritdoc/>
    public Task<VerificationReport> VerifyAsync(
        Stream content, TrustAnchors trust, CancellationToken cancellationToken) =>
        Verification.CatalogVerifier.VerifyAsync(content, trust, cancellationToken);

    private static async Task<byte[]> ReadAsync(Stream content, CancellationToken cancellationToken)
    {
        using var file = new MemoryStream();
        var buffer = new byte[64 << 10];
        int read;
        while ((read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            if (file.Length + read > MaxBytes)
            {
                throw new SignatureFormatException(
                    FormatFailure.Unsupported, $"The catalog has more than {MaxBytes >> 20} MB, which is the limit here.");
            }

            file.Write(buffer, 0, read);
        }

        return file.ToArray();
    }
}

/// <summary>A catalog that was read and awaits its signature.</summary>
internal sealed class PreparedCatalog(byte[] file, CatalogEnvelope envelope, SigningChoices choices) : IPreparedSignature
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<Edit>> SignAsync(
        ISigner signer, ITimestamper? timestamper, CancellationToken cancellationToken)
    {
        var list = file.AsMemory(envelope.ContentStart, envelope.ContentLength);
        var signed = await AuthenticodeSigner.SignAsync(
            list, ObjectIdentifiers.CertificateTrustList, choices, signer, timestamper, cancellationToken).ConfigureAwait(false);
        if (envelope.IsSigned && choices.ExistingSignature == ExistingSignatureRule.Append)
        {
            signed = NestedSignature.Append(file, signed);
        }

        // The list stays as it is; what is around it changes.
        var place = CatalogEnvelope.Read(signed);
        var end = envelope.ContentStart + envelope.ContentLength;
        return
        [
            new Edit(0, envelope.ContentStart, signed.AsMemory(0, place.ContentStart)),
            new Edit(end, file.Length - end, signed.AsMemory(place.ContentStart + place.ContentLength)),
        ];
    }
}
