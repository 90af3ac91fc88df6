using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Signet.Agent.Configuration;

namespace Signet.Agent.Hosting;

/// <summary>The agent's own certificate, and how callers show theirs.</summary>
internal sealed class ServerTls : IDisposable
{
    private readonly X509Certificate2 _certificate;
    private readonly X509Certificate2Collection _issuers;

    private ServerTls(X509Certificate2 certificate, X509Certificate2Collection issuers)
    {
        _certificate = certificate;
        _issuers = issuers;
    }

    /// <summary>Reads the certificate and its key.</summary>
    /// <exception cref="InvalidDataException">The files do not belong together or cannot be read.</exception>
    public static ServerTls Load(ListenConfiguration listen)
    {
        try
        {
            var issuers = new X509Certificate2Collection();
            issuers.ImportFromPemFile(listen.CertificateFile);
            issuers.RemoveAt(0);
            return new ServerTls(LoadCertificate(listen), issuers);
        }
        catch (Exception exception) when (
            exception is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException(
                $"The agent's certificate '{listen.CertificateFile}' and key '{listen.KeyFile}' cannot be used together. "
                + "Both are PEM files; the key has no password.", exception);
        }
    }

    /// <summary>
    /// Every caller comes through the handshake, with whatever certificate it has, and no further:
    /// <see cref="Access.AccessGuard"/> decides then, so that a refusal is in the ledger.
    /// </summary>
    public void Configure(HttpsConnectionAdapterOptions options, TimeSpan handshakeTimeout)
    {
        options.HandshakeTimeout = handshakeTimeout;
        options.ServerCertificate = _certificate;
        options.ServerCertificateChain = _issuers;
        options.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        options.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
        options.ClientCertificateValidation = (_, _, _) => true;
        options.CheckCertificateRevocation = false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _certificate.Dispose();
        foreach (var issuer in _issuers)
        {
            issuer.Dispose();
        }
    }

    private static X509Certificate2 LoadCertificate(ListenConfiguration listen)
    {
        var certificate = X509Certificate2.CreateFromPemFile(listen.CertificateFile, listen.KeyFile);
        if (!OperatingSystem.IsWindows())
        {
            return certificate;
        }

        // Windows' TLS takes no key that lives in memory alone.
        using (certificate)
        {
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null);
        }
    }
}
