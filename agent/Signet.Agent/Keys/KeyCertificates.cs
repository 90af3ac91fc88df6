using System.Security.Cryptography.X509Certificates;
using Signet.Protocol.V1;

namespace Signet.Agent.Keys;

/// <summary>What a certificate is to a key.</summary>
internal static class KeyCertificates
{
    private const string CodeSigningUsage = "1.3.6.1.5.5.7.3.3";

    /// <summary>Whether the certificate's public key is the token's key.</summary>
    public static bool IsFor(X509Certificate2 certificate, TokenKey key) =>
        key.PublicKey.Span.SequenceEqual(certificate.PublicKey.ExportSubjectPublicKeyInfo());

    /// <summary>Whether the certificate is one for code signing (RFC 5280 section 4.2.1.12).</summary>
    public static bool IsForCodeSigning(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault()?.EnhancedKeyUsages[CodeSigningUsage] is not null;
}
