using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Signet.Formats.Authenticode;

namespace Signet.Formats.SignedData;

/// <summary>A signed attribute with one value (RFC 5652 section 5.3).</summary>
/// <param name="Type">Object identifier.</param>
/// <param name="WriteValue">Writes the value.</param>
internal sealed record SignedAttribute(string Type, Action<AsnWriter> WriteValue)
{
    /// <summary>When the signer says that it signed (RFC 5652 section 11.3).</summary>
    public static SignedAttribute SigningTime(DateTimeOffset time) => new(
        SignedDataIdentifiers.SigningTime,
        writer =>
        {
            // UTCTime up to 2049, GeneralizedTime from then on.
            if (time.UtcDateTime.Year < 2050)
            {
                writer.WriteUtcTime(time);
            }
            else
            {
                writer.WriteGeneralizedTime(time, omitFractionalSeconds: true);
            }
        });

    /// <summary>Which certificate signs: its hash, issuer and serial number (RFC 5035 section 3).</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="hash">Its hash algorithm; the default, SHA-256, is left out as DER demands.</param>
    public static SignedAttribute SigningCertificate(X509Certificate2 certificate, HashAlgorithmName hash) => new(
        SignedDataIdentifiers.SigningCertificateV2,
        writer =>
        {
            // SigningCertificateV2, its certs, and their one ESSCertIDv2.
            using (writer.PushSequence())
            using (writer.PushSequence())
            using (writer.PushSequence())
            {
                if (hash != HashAlgorithmName.SHA256)
                {
                    AlgorithmIdentifiers.WriteHash(writer, hash);
                }

                writer.WriteOctetString(CryptographicOperations.HashData(hash, certificate.RawData));
                using (writer.PushSequence())
                {
                    // GeneralNames with one directoryName [4] EXPLICIT.
                    using (writer.PushSequence())
                    using (writer.PushSequence(Tags.Constructed(4)))
                    {
                        writer.WriteEncodedValue(certificate.IssuerName.RawData);
                    }

                    writer.WriteInteger(certificate.SerialNumberBytes.Span);
                }
            }
        });
}
