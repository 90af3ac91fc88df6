using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Signet.Agent.Access;

/// <summary>What counts of a client certificate, kept so that it can be judged again while its call goes on.</summary>
/// <param name="Pin">SHA-256 of the DER form, in hexadecimal.</param>
/// <param name="NotBefore">When it begins to be valid.</param>
/// <param name="NotAfter">When it ends.</param>
/// <param name="IsForClients">Whether its extended key usage, where it has one, allows client authentication.</param>
internal sealed record PresentedCertificate(string Pin, DateTimeOffset NotBefore, DateTimeOffset NotAfter, bool IsForClients)
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private const string AnyExtendedKeyUsage = "2.5.29.37.0";

    /// <summary>Reads a certificate; null for none.</summary>
    public static PresentedCertificate? Of(X509Certificate2? certificate) => certificate is null ? null : new PresentedCertificate(
        certificate.GetCertHashString(HashAlgorithmName.SHA256), certificate.NotBefore.ToUniversalTime(),
        certificate.NotAfter.ToUniversalTime(), AllowsClients(certificate));

    private static bool AllowsClients(X509Certificate2 certificate)
    {
        var usages = certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().ToList();
        return usages.Count == 0 || usages.TrueForAll(usage => usage.EnhancedKeyUsages
            .Cast<Oid>().Any(oid => oid.Value is ClientAuthentication or AnyExtendedKeyUsage));
    }
}
