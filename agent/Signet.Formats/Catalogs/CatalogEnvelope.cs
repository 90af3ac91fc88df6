using System.Formats.Asn1;
using Signet.Formats.Authenticode;

namespace Signet.Formats.Catalogs;

/// <summary>Where the list lies in a catalog, which is a PKCS#7 SignedData, signed or not (RFC 2315 section 9.1).</summary>
/// <param name="ContentStart">Offset of the list's tag.</param>
/// <param name="ContentLength">Bytes of the list with its tag and length.</param>
/// <param name="IsSigned">Whether there is a signer.</param>
internal sealed record CatalogEnvelope(int ContentStart, int ContentLength, bool IsSigned)
{
    /// <summary>Reads it.</summary>
    /// <exception cref="SignatureFormatException">It is no catalog.</exception>
    public static CatalogEnvelope Read(ReadOnlyMemory<byte> file)
    {
        try
        {
            return ReadContentInfo(file);
        }
        catch (AsnContentException exception)
        {
            throw new SignatureFormatException(
                FormatFailure.Malformed, "This is no well-formed catalog: it is no PKCS#7 SignedData with a trust list in it.", exception);
        }
    }

    private static CatalogEnvelope ReadContentInfo(ReadOnlyMemory<byte> file)
    {
        // DER alone: the bytes of the list are kept, and Windows reads no other.
        var outer = new AsnReader(file, AsnEncodingRules.DER);
        var contentInfo = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        if (contentInfo.ReadObjectIdentifier() != ObjectIdentifiers.SignedData)
        {
            throw new AsnContentException("not SignedData");
        }

        var signedData = contentInfo.ReadSequence(Tags.Constructed(0)).ReadSequence();
        signedData.ReadInteger();
        signedData.ReadSetOf(skipSortOrderValidation: true);
        var encapsulated = signedData.ReadSequence();
        if (encapsulated.ReadObjectIdentifier() != ObjectIdentifiers.CertificateTrustList)
        {
            throw new AsnContentException("not a trust list");
        }

        var content = encapsulated.ReadSequence(Tags.Constructed(0));
        var list = content.ReadEncodedValue();
        content.ThrowIfNotEmpty();
        new AsnReader(list, AsnEncodingRules.DER).ReadSequence();
        foreach (var optional in new[] { 0, 1 })
        {
            if (signedData.HasData && signedData.PeekTag().HasSameClassAndValue(Tags.Constructed(optional)))
            {
                signedData.ReadEncodedValue();
            }
        }

        var signers = signedData.ReadSetOf(skipSortOrderValidation: true);
        signedData.ThrowIfNotEmpty();
        file.Span.Overlaps(list.Span, out var start);
        return new CatalogEnvelope(-start < 0 ? start : -start, list.Length, signers.HasData);
    }
}
