using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;

namespace Signet.Formats.SignedData.Verification;

/// <summary>
/// A CMS SignedData (RFC 5652 section 5) as .NET's SignedCms reads it. SignedCms parses every certificate again each time
/// that it is asked for one, which costs more than the signature's check; here each is parsed once, and not at all where the
/// caller has it already.
/// </summary>
internal sealed class DecodedSignedData
{
    private readonly bool _carriesItsCertificates;

    private DecodedSignedData(SignedCms cms, X509Certificate2Collection? separate)
    {
        Cms = cms;
        _carriesItsCertificates = separate is null;
        Certificates = separate ?? cms.Certificates;
        Signers = [.. cms.SignerInfos.Cast<SignerInfo>()];

        // SignedCms reads these when they are first asked for; broken ones are found here.
        foreach (var signer in Signers)
        {
            _ = (CertificateOf(signer), signer.SignedAttributes, signer.UnsignedAttributes, signer.CounterSignerInfos);
        }
    }

    /// <summary>The structure. Its own certificates may have been taken out: see <see cref="Certificates"/>.</summary>
    public SignedCms Cms { get; }

    /// <summary>The certificates that it carries, in its order.</summary>
    public X509Certificate2Collection Certificates { get; }

    /// <summary>Its signers, in its order.</summary>
    public IReadOnlyList<SignerInfo> Signers { get; }

    /// <summary>Reads it.</summary>
    /// <param name="encoded">DER or BER; what follows the structure is left aside.</param>
    /// <param name="detached">Its content, which it does not carry; null where it has it.</param>
    /// <param name="known">Certificates that are parsed already; null for none.</param>
    /// <exception cref="CryptographicException">It, or a certificate in it, is malformed.</exception>
    /// <exception cref="AsnContentException">It is malformed.</exception>
    public static DecodedSignedData Read(ReadOnlyMemory<byte> encoded, byte[]? detached, X509Certificate2Collection? known)
    {
        var cms = detached is null ? new SignedCms() : new SignedCms(new ContentInfo(detached), detached: true);
        var (structure, certificates) = known is { Count: > 0 } ? TakeKnown(encoded, known) : (encoded, null);
        cms.Decode(structure.Span);
        return new DecodedSignedData(cms, certificates);
    }

    /// <summary>The certificate of a signer or countersigner; null where it is not carried.</summary>
    public X509Certificate2? CertificateOf(SignerInfo signer) => _carriesItsCertificates
        ? signer.Certificate
        : Certificates.FirstOrDefault(certificate => Identifies(signer.SignerIdentifier, certificate));

    /// <summary>Checks the signature over the attributes, and their messageDigest over the content.</summary>
    /// <exception cref="CryptographicException">It does not hold.</exception>
    public void CheckSignature(SignerInfo signer)
    {
        if (_carriesItsCertificates)
        {
            signer.CheckSignature(verifySignatureOnly: true);
        }
        else
        {
            signer.CheckSignature(Certificates, verifySignatureOnly: true);
        }
    }

    // SignedData ::= SEQUENCE { version, digestAlgorithms, encapContentInfo, certificates [0] OPTIONAL, crls [1] OPTIONAL,
    // signerInfos }. The signature does not cover the certificates, so it holds without them as well.
    private static (ReadOnlyMemory<byte> Structure, X509Certificate2Collection? Certificates) TakeKnown(
        ReadOnlyMemory<byte> encoded, X509Certificate2Collection known)
    {
        var contentInfo = new AsnReader(encoded, AsnEncodingRules.BER).ReadSequence();
        var type = contentInfo.ReadObjectIdentifier();
        var signedData = contentInfo.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadSequence();
        var writer = new AsnWriter(AsnEncodingRules.BER);
        writer.PushSequence();
        writer.WriteObjectIdentifier(type);
        writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0));
        writer.PushSequence();
        X509Certificate2Collection? certificates = null;
        while (signedData.HasData)
        {
            if (certificates is null && signedData.PeekTag().HasSameClassAndValue(new Asn1Tag(TagClass.ContextSpecific, 0)))
            {
                certificates = Find(signedData.ReadSetOf(skipSortOrderValidation: true, new Asn1Tag(TagClass.ContextSpecific, 0)), known);
                if (certificates is null)
                {
                    return (encoded, null);
                }
            }
            else
            {
                writer.WriteEncodedValue(signedData.ReadEncodedValue().Span);
            }
        }

        writer.PopSequence();
        writer.PopSequence(new Asn1Tag(TagClass.ContextSpecific, 0));
        writer.PopSequence();
        return (writer.Encode(), certificates ?? []);
    }

    private static X509Certificate2Collection? Find(AsnReader carried, X509Certificate2Collection known)
    {
        var found = new X509Certificate2Collection();
        while (carried.HasData)
        {
            var encoded = carried.ReadEncodedValue();
            if (known.FirstOrDefault(candidate => candidate.RawDataMemory.Span.SequenceEqual(encoded.Span)) is not { } certificate)
            {
                return null;
            }

            found.Add(certificate);
        }

        return found;
    }

    private static bool Identifies(SubjectIdentifier identifier, X509Certificate2 certificate) => identifier.Value switch
    {
        System.Security.Cryptography.Xml.X509IssuerSerial serial =>
            serial.IssuerName == certificate.Issuer && serial.SerialNumber == certificate.SerialNumber,
        string key => certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Any(own => own.SubjectKeyIdentifier == key),
        _ => false,
    };
}
