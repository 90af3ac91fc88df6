using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Signet.Testing.Certificates;

/// <summary>A certificate authority that lives as long as a test. Its root is trusted by nothing outside it.</summary>
public sealed class ThrowawayCa
{
    private const string CodeSigning = "1.3.6.1.5.5.7.3.3";
    private const string TimeStamping = "1.3.6.1.5.5.7.3.8";

    private readonly X509SignatureGenerator _generator;

    private ThrowawayCa(string name, X509SignatureGenerator generator)
    {
        _generator = generator;
        var request = new CertificateRequest(
            new X500DistinguishedName($"CN={name}, O=Signet tests"), generator.PublicKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));

        // Long, so that a certificate which is expired by now was valid under this root.
        var now = TimeProvider.System.GetUtcNow();
        Certificate = request.Create(
            request.SubjectName, _generator, now.AddYears(-10), now.AddYears(10), SerialNumber());
    }

    /// <summary>The root certificate, without its key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The root certificate as PEM text.</summary>
    public string Pem => Certificate.ExportCertificatePem() + "\n";

    /// <param name="name">Common name of the root.</param>
    public static ThrowawayCa Create(string name) =>
        new(name, X509SignatureGenerator.CreateForECDsa(ECDsa.Create(ECCurve.NamedCurves.nistP256)));

    /// <summary>One with an RSA key, for formats that take no other certificates.</summary>
    /// <param name="name">Common name of the root.</param>
    public static ThrowawayCa CreateRsa(string name) =>
        new(name, X509SignatureGenerator.CreateForRSA(RSA.Create(2048), RSASignaturePadding.Pkcs1));

    /// <summary>A certificate that signs code.</summary>
    /// <param name="publicKey">The key, which may lie on a token.</param>
    /// <param name="name">Common name.</param>
    /// <param name="notBefore">Start of its validity.</param>
    /// <param name="notAfter">End of its validity.</param>
    public X509Certificate2 IssueCodeSigning(
        PublicKey publicKey, string name, DateTimeOffset notBefore, DateTimeOffset notAfter) =>
        Issue(publicKey, name, new X509EnhancedKeyUsageExtension([new Oid(CodeSigning)], false), notBefore, notAfter);

    /// <summary>A certificate that signs code, for any name.</summary>
    /// <param name="publicKey">The key, which may lie on a token.</param>
    /// <param name="subject">The whole name.</param>
    /// <param name="notBefore">Start of its validity.</param>
    /// <param name="notAfter">End of its validity.</param>
    public X509Certificate2 IssueCodeSigning(
        PublicKey publicKey, X500DistinguishedName subject, DateTimeOffset notBefore, DateTimeOffset notAfter) =>
        Issue(publicKey, subject, new X509EnhancedKeyUsageExtension([new Oid(CodeSigning)], false), notBefore, notAfter);

    /// <summary>A certificate that signs timestamps: the extended key usage is critical and alone (RFC 3161 section 2.3).</summary>
    /// <inheritdoc cref="IssueCodeSigning(PublicKey, string, DateTimeOffset, DateTimeOffset)"/>
    public X509Certificate2 IssueTimeStamping(
        PublicKey publicKey, string name, DateTimeOffset notBefore, DateTimeOffset notAfter) =>
        Issue(publicKey, name, new X509EnhancedKeyUsageExtension([new Oid(TimeStamping)], true), notBefore, notAfter);

    private X509Certificate2 Issue(
        PublicKey publicKey, string name, X509EnhancedKeyUsageExtension usage, DateTimeOffset notBefore, DateTimeOffset notAfter) =>
        Issue(publicKey, new X500DistinguishedName($"CN={name}, O=Signet tests"), usage, notBefore, notAfter);

    private X509Certificate2 Issue(
        PublicKey publicKey, X500DistinguishedName subject, X509EnhancedKeyUsageExtension usage, DateTimeOffset notBefore,
        DateTimeOffset notAfter)
    {
        var request = new CertificateRequest(subject, publicKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(usage);
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(publicKey, false));
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Certificate, true, false));
        return request.Create(Certificate.SubjectName, _generator, notBefore, notAfter, SerialNumber());
    }

    // Positive and at most 20 bytes (RFC 5280 section 4.1.2.2).
    private static byte[] SerialNumber()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x3F) | 0x40);
        return serial;
    }
}
