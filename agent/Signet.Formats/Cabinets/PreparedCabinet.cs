using Signet.Formats.Authenticode;

namespace Signet.Formats.Cabinets;

/// <summary>A cabinet that was read and awaits its signature.</summary>
internal sealed class PreparedCabinet(ReadCabinet cabinet, SigningChoices choices) : IPreparedSignature
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<Edit>> SignAsync(
        ISigner signer, ITimestamper? timestamper, CancellationToken cancellationToken)
    {
        var content = IndirectData.ForCabinet(cabinet.Digest, choices.HashAlgorithm);
        var signature = await AuthenticodeSigner.SignAsync(content, choices, signer, timestamper, cancellationToken)
            .ConfigureAwait(false);
        if (choices.ExistingSignature == ExistingSignatureRule.Append && !cabinet.Signature.IsEmpty)
        {
            signature = NestedSignature.Append(WithoutPadding(cabinet.Signature), signature);
        }

        return ToEdits(signature);
    }

    private List<Edit> ToEdits(byte[] signature)
    {
        var header = cabinet.Header;
        if (header.CabinetSize + (long)header.Growth + signature.Length > uint.MaxValue)
        {
            throw new SignatureFormatException(
                FormatFailure.Unsupported, "A cabinet of 4 GB or more has no place for a signature: its offsets have 32 bits.");
        }

        var edits = new List<Edit> { new(0, header.Length, header.Sign(signature.Length)) };
        if (header.Growth != 0 && cabinet.Folders.Length > 0)
        {
            edits.Add(new Edit(cabinet.FoldersOffset, cabinet.Folders.Length, cabinet.Folders));
        }

        edits.Add(new Edit(header.CabinetSize, cabinet.AppendedBytes, signature));
        return edits;
    }

    // Other signers fill up to a multiple of 8.
    private static ReadOnlyMemory<byte> WithoutPadding(ReadOnlyMemory<byte> signature)
    {
        try
        {
            System.Formats.Asn1.AsnDecoder.ReadEncodedValue(
                signature.Span, System.Formats.Asn1.AsnEncodingRules.BER, out _, out _, out var length);
            return signature[..length];
        }
        catch (System.Formats.Asn1.AsnContentException exception)
        {
            throw new SignatureFormatException(
                FormatFailure.Malformed, "The signature that the file has already is no PKCS#7 signature.", exception);
        }
    }
}
