using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Signet.Agent.Access;
using Signet.Agent.Configuration;
using Signet.Testing.Tools;

namespace Signet.Agent.Tests.Configuration;

/// <summary>A directory with every file that a configuration names, and a loader for what is written there.</summary>
internal sealed class ConfigurationFixture : IDisposable
{
    public const string Pin = "6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f";

    /// <summary>The smallest file that loads.</summary>
    public const string Minimal =
        """
        listen: { address: 127.0.0.1:7443, certificate: server.pem, key: server.key }
        operators: [alice]

        """;

    private readonly TemporaryDirectory _directory = new();

    public ConfigurationFixture()
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var root = Certificate("CN=Test root", rootKey, null, null);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var leaf = Certificate("CN=signing.example.org", key, root, rootKey);
        using var otherKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Write("server.pem", leaf.ExportCertificatePem() + "\n" + root.ExportCertificatePem());
        Write("reversed.pem", root.ExportCertificatePem() + "\n" + leaf.ExportCertificatePem());
        Write("root.pem", root.ExportCertificatePem());
        File.WriteAllBytes(FilePath("root.der"), root.RawData);
        WritePrivate("server.key", key.ExportPkcs8PrivateKeyPem());
        WritePrivate("other.key", otherKey.ExportPkcs8PrivateKeyPem());
        WritePrivate("encrypted.key", key.ExportEncryptedPkcs8PrivateKeyPem(
            "secret", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));
        Write("module.so", "a PKCS#11 module is loaded by the token host alone");
        Write("dev.p12", "a PFX file is opened by the token host alone");
        SecretHash = Argon2idHash.Create("secret"u8, memoryKib: 8192, passes: 1).ToString();
    }

    public string SecretHash { get; }

    public string Directory => _directory.Path;

    public string ConfigurationPath => FilePath("signet.yaml");

    public string FilePath(string name) => _directory.File(name);

    public ConfigurationLoader Loader { get; } =
        new(new HashSet<string>(StringComparer.Ordinal) { "pe", "msi", "powershell" });

    /// <summary>Every section and every key, as docs/configuration.md shows them.</summary>
    public string Complete =>
        $$"""
        listen: { address: 0.0.0.0:7443, certificate: server.pem, key: server.key }
        directories: { state: state, run: /run/signet, log: log }
        controllers:
          - name: main
            certificate: sha256:{{Pin}}
        credentials:
          - name: release-signer
            secret: {{SecretHash}}
        tokens:
          - name: card
            module: module.so
            token: { label: Release }
            unlock: pin
            sessions: 2
            deadline: 20s
            queue: 50
        keys:
          - { name: release, token: card, label: codesign, certificate: server.pem }
          - { name: dev, pfx: dev.p12 }
        timestamps:
          - { name: public, servers: [http://tsa-1.example.org, https://tsa-2.example.org/tsr], roots: root.pem, timeout: 10s, attempts: 2, proxy: http://proxy.example.org:3128 }
        profiles:
          - name: release
            key: release
            hardware: required
            formats: [pe, msi, powershell]
            timestamp: public
            approvals: { required: 2, from: [alice, bob, carol] }
            limits: { files: 200, fileSize: 2GB, perHour: 20, approvalWindow: 12h, signingWindow: 30m }
          - { name: dev, key: dev, formats: [pe, powershell], recurse: true }
        grants:
          - { controller: main, jobs: ["products/*/main"], credential: release-signer, profiles: [release, dev] }
        operators: [alice, bob, carol]

        """;

    /// <summary>Writes the text as signet.yaml and loads it.</summary>
    public ConfigurationResult Load(string yaml)
    {
        Write("signet.yaml", yaml);
        return Loader.Load(ConfigurationPath);
    }

    /// <summary>Loads the complete configuration with one part replaced, which must be there.</summary>
    public ConfigurationResult LoadWith(string part, string replacement)
    {
        Assert.That(Complete, Does.Contain(part), "the part to replace is not in the sample");
        return Load(Complete.Replace(part, replacement, StringComparison.Ordinal));
    }

    public void Write(string name, string text) => File.WriteAllText(FilePath(name), text);

    public void Dispose() => _directory.Dispose();

    private void WritePrivate(string name, string text)
    {
        Write(name, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(FilePath(name), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    private static X509Certificate2 Certificate(string subject, ECDsa key, X509Certificate2? issuer, ECDsa? issuerKey)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var from = DateTimeOffset.UtcNow.AddDays(-1);
        if (issuer is null)
        {
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            return request.CreateSelfSigned(from, from.AddYears(10));
        }

        return request.Create(
            issuer.SubjectName, X509SignatureGenerator.CreateForECDsa(issuerKey!), from, from.AddYears(1),
            RandomNumberGenerator.GetBytes(8));
    }
}
