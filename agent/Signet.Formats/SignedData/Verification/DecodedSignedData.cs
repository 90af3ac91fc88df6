using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;

namespace Signet.Formats.SignedData.Verification;

/// <summary>
/// A CMS SignedData (RFC 5652 section 5) as .NET's SignedCms reads it. SignedCms parses every certificate again each time
/// that it is asked for one, and decodes its public key for each check, which costs more than the check; here a certificate
/// is parsed once, and nothing of it is decoded where the caller has it already.
/// </summary>
internal sealed class DecodedSignedData
{
    private readonly KnownSigners? _known;

    private DecodedSignedData(SignedCms cms, KnownSigners? known)
    {
        Cms = cms;
        _known = known;
        Certificates = known?.Certificates ?? cms.Certificates;
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
    public static DecodedSignedData Read(ReadOnlyMemory<byte> encoded, byte[]? detached, KnownCertificates? known)
    {
        var cms = detached is null ? new SignedCms() : new SignedCms(new ContentInfo(detached), detached: true);
        var parts = known is null ? null : SignedDataParts.Read(encoded);
        if (parts is null || KnownSigners.Find(parts, detached, known!) is not { } signers)
        {
            cms.Decode(encoded.Span);
            return new DecodedSignedData(cms, null);
        }

        // The signature does not cover the certificates, so it holds without them as well.
        cms.Decode(parts.WithoutCertificates());
        return new DecodedSignedData(cms, signers);
    }

    /// <summary>The certificate of a signer or countersigner; null where it is not carried.</summary>
    public X509Certificate2? CertificateOf(SignerInfo signer) => _known is null
        ? signer.Certificate
        : Certificates.FirstOrDefault(certificate => Identifies(signer.SignerIdentifier, certificate));

    /// <summary>Checks the signature over the attributes, and their messageDigest over the content.</summary>
    /// <exception cref="CryptographicException">It does not hold.</exception>
    public void CheckSignature(SignerInfo signer)
    {
        if (_known is null)
        {
            signer.CheckSignature(verifySignatureOnly: true);
        }
        else if (Signers is not [var only] || signer != only || !_known.Holds(signer, CertificateOf(signer)))
        {
            // What does not hold, or was not looked at, is for SignedCms to say.
            signer.CheckSignature(Certificates, verifySignatureOnly: true);
        }
    }

    private static bool Identifies(SubjectIdentifier identifier, X509Certificate2 certificate) => identifier.Value switch
    {
        System.Security.Cryptography.Xml.X509IssuerSerial serial =>
            serial.IssuerName == certificate.Issuer && serial.SerialNumber == certificate.SerialNumber,
        string key => certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Any(own => own.SubjectKeyIdentifier == key),
        _ => false,
    };
}
