using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Signet.Testing.Agent;

/// <summary>A TLS certificate with its key, in memory and as PEM files.</summary>
/// <param name="Certificate">Has its private key.</param>
/// <param name="CertificateFile">PEM.</param>
/// <param name="KeyFile">PEM, PKCS#8, mode 0600.</param>
public sealed record TlsIdentity(X509Certificate2 Certificate, string CertificateFile, string KeyFile)
{
    /// <summary>As a pin in signet.yaml.</summary>
    public string Pin => "sha256:" + Certificate.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant();
}

/// <summary>The agent's server certificate, and client certificates of a pinned controller and of another one.</summary>
public sealed class TlsIdentities
{
    private readonly string _directory;
    private readonly X509Certificate2 _authority;

    private TlsIdentities(string directory)
    {
        _directory = directory;
        Directory.CreateDirectory(directory);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Signet test TLS", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        var now = TimeProvider.System.GetUtcNow();
        _authority = request.CreateSelfSigned(now.AddDays(-2), now.AddDays(60));
        AuthorityFile = Path.Combine(directory, "tls-ca.pem");
        File.WriteAllText(AuthorityFile, _authority.ExportCertificatePem() + "\n");

        Server = Issue("server", "1.3.6.1.5.5.7.3.1");
        Controller = Issue("controller", "1.3.6.1.5.5.7.3.2");
        Stranger = Issue("stranger", "1.3.6.1.5.5.7.3.2");
    }

    /// <summary>Certificate of the CA that issued the others, PEM.</summary>
    public string AuthorityFile { get; }

    /// <summary>The CA as a trust anchor, without its key.</summary>
    public X509Certificate2 Authority => X509CertificateLoader.LoadCertificate(_authority.RawData);

    /// <summary>For 127.0.0.1 and localhost.</summary>
    public TlsIdentity Server { get; }

    /// <summary>The client certificate that signet.yaml pins.</summary>
    public TlsIdentity Controller { get; }

    /// <summary>A client certificate of the same CA that nothing pins.</summary>
    public TlsIdentity Stranger { get; }

    public static TlsIdentities Create(string directory) => new(directory);

    private TlsIdentity Issue(string name, string extendedKeyUsage)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(extendedKeyUsage)], false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var issued = request.Create(_authority, now.AddDays(-1), now.AddDays(30), RandomNumberGenerator.GetBytes(12));

        var certificateFile = Path.Combine(_directory, name + ".pem");
        var keyFile = Path.Combine(_directory, name + ".key");
        File.WriteAllText(certificateFile, issued.ExportCertificatePem() + "\n");
        WritePrivate(keyFile, key.ExportPkcs8PrivateKeyPem() + "\n");

        // By way of PKCS#12: SslStream on Windows takes no key that exists in memory only.
        using var withKey = issued.CopyWithPrivateKey(key);
        var certificate = X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
        return new TlsIdentity(certificate, certificateFile, keyFile);
    }

    // The agent refuses a key that other accounts can read.
    private static void WritePrivate(string path, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var writer = new StreamWriter(path, options);
        writer.Write(text);
    }
}
