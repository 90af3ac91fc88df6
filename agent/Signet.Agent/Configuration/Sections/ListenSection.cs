using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Signet.Agent.Configuration.Reading;
using Signet.Agent.Configuration.Yaml;

namespace Signet.Agent.Configuration.Sections;

/// <summary>Reads <c>listen</c>: the address, and the server's certificate with its private key.</summary>
internal static class ListenSection
{
    private const int MostConnections = 100_000;

    /// <summary>Reads the section; null where it is absent.</summary>
    public static ListenConfiguration? Read(SectionReader root)
    {
        if (root.Section("listen", ConfigurationSchema.Listen, required: true) is not { } section)
        {
            return null;
        }

        var context = section.Context;
        var address = ReadAddress(section);
        var certificate = section.Scalar("certificate", required: true);
        var key = section.Scalar("key", required: true);
        var certificatePath = certificate is null ? string.Empty : context.FullPath(certificate.Value);
        var keyPath = key is null ? string.Empty : context.FullPath(key.Value);
        var chain = certificate is null ? [] : CertificateFile.ReadChain(certificate, certificatePath, context);
        if (key is not null)
        {
            CheckKey(key, keyPath, chain, context);
        }

        return new ListenConfiguration(address, certificatePath, keyPath)
        {
            CertificateSha256 = chain.Count == 0 ? string.Empty : chain[0].GetCertHashString(HashAlgorithmName.SHA256),
            Connections = ReadConnections(section),
        };
    }

    private static ConnectionLimits ReadConnections(SectionReader listen)
    {
        var usual = new ConnectionLimits();
        if (listen.Section("connections", ConfigurationSchema.Connections) is not { } section)
        {
            return usual;
        }

        return new ConnectionLimits
        {
            All = section.Integer("all", 1, MostConnections, usual.All),
            PerAddress = section.Integer("perAddress", 1, MostConnections, usual.PerAddress),
            Handshakes = section.Integer("handshakes", 1, MostConnections, usual.Handshakes),
            HandshakesPerAddress = section.Integer("handshakesPerAddress", 1, MostConnections, usual.HandshakesPerAddress),
            HandshakeTimeout = section.Duration(
                "handshakeTimeout", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), usual.HandshakeTimeout),
            IdleTimeout = section.Duration("idleTimeout", TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), usual.IdleTimeout),
        };
    }

    private static IPEndPoint ReadAddress(SectionReader section)
    {
        if (section.Scalar("address", required: true) is { } scalar)
        {
            // Without a port TryParse answers port 0, which has to be asked for by name.
            if (IPEndPoint.TryParse(scalar.Value, out var address)
                && (address.Port != 0 || scalar.Value.EndsWith(":0", StringComparison.Ordinal))
                && HasPort(scalar.Value))
            {
                return address;
            }

            section.Context.Issues.Add(
                scalar,
                "'address' must be an IP address and a port, for instance 0.0.0.0:7443 or [::]:7443 for all interfaces");
        }

        return new IPEndPoint(IPAddress.None, 0);
    }

    /// <summary>An IPv6 address without brackets ends with a colon and digits too, but has no port.</summary>
    private static bool HasPort(string text) => text[0] == '[' ? text.Contains("]:", StringComparison.Ordinal) : text.Count(c => c == ':') == 1;

    private static void CheckKey(
        YamlScalar place, string path, IReadOnlyList<X509Certificate2> chain, ReadContext context)
    {
        if (CertificateFile.ReadBytes(place, path, context) is not { } bytes)
        {
            return;
        }

        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != 0)
        {
            context.Issues.Add(
                place, $"every account can read or write the private key {Shown.Short(path, 200)}; run: chmod o-rw {Shown.Short(path, 200)}");
        }

        var pem = Encoding.Latin1.GetString(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        if (pem.Contains("ENCRYPTED", StringComparison.Ordinal))
        {
            context.Issues.Add(
                place,
                "the server's private key is encrypted, but the agent starts without people. Store it without a "
                + "passphrase, readable by the agent's account alone");
        }
        else if (chain.Count > 0)
        {
            CheckPair(place, path, chain[0], pem, context);
        }
    }

    private static void CheckPair(
        YamlScalar place, string path, X509Certificate2 certificate, string keyPem, ReadContext context)
    {
        try
        {
            using var pair = X509Certificate2.CreateFromPem(certificate.ExportCertificatePem(), keyPem);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            context.Issues.Add(
                place,
                $"{Shown.Short(path, 200)} does not hold the private key of the certificate "
                + $"{Shown.Short(certificate.Subject)} in PEM form");
        }
    }
}
