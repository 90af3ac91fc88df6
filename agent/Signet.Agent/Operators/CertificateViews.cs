using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Signet.Protocol.V1;

namespace Signet.Agent.Operators;

/// <summary>Certificates as the protocol shows them.</summary>
internal static class CertificateViews
{
    /// <summary>What operators see of a certificate.</summary>
    public static CertificateStatus ToStatus(X509Certificate2 certificate) => new()
    {
        Subject = certificate.Subject,
        Issuer = certificate.Issuer,
        SerialNumber = certificate.SerialNumber,
        Sha256 = ByteString.CopyFrom(System.Security.Cryptography.SHA256.HashData(certificate.RawData)),
        NotBefore = new DateTimeOffset(certificate.NotBefore.ToUniversalTime()).ToTimestamp(),
        NotAfter = new DateTimeOffset(certificate.NotAfter.ToUniversalTime()).ToTimestamp(),
    };
}
