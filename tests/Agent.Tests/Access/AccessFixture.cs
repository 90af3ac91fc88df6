using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Signet.Agent.Access;
using Signet.Agent.Configuration;
using Signet.Testing.Tools;

namespace Signet.Agent.Tests.Access;

/// <summary>An access guard over a configuration file, with certificates of two controllers and a stranger.</summary>
internal sealed class AccessFixture : IAsyncDisposable
{
    public const string Secret = "sgc_correct";
    public const string RemoteAddress = "192.0.2.7";
    public const string Job = "products/app/main";

    private readonly TemporaryDirectory _directory = new();

    public AccessFixture()
    {
        Time.SetUtcNow(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
        Main = Client("CN=main", -1, 30, ClientAuthentication);
        Second = Client("CN=second", -1, 30, null);
        Write(Yaml());
        Holder = Load();
        Recorder = new RefusalRecorder(Store, Time, NullLogger<RefusalRecorder>.Instance);
        Verifier = new CredentialVerifier(Time);
        Guard = new AccessGuard(Holder, Verifier, Recorder, Time);
    }

    public const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    public const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    public FakeTimeProvider Time { get; } = new();

    public X509Certificate2 Main { get; }

    public X509Certificate2 Second { get; }

    public ConfigurationHolder Holder { get; }

    public RecordingStore Store { get; } = new();

    public RefusalRecorder Recorder { get; }

    public CredentialVerifier Verifier { get; }

    public AccessGuard Guard { get; }

    /// <summary>A self-signed certificate, valid from and to so many days from the fixture's now.</summary>
    public X509Certificate2 Client(string subject, int fromDays, int toDays, string? usage)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        if (usage is not null)
        {
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        }

        var now = Time.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(fromDays), now.AddDays(toDays));
    }

    public static string Basic(string name, string secret) =>
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{secret}"));

    public static BasicCredential Credential(string name, string secret) =>
        BasicCredential.TryParse(Basic(name, secret), out var credential) ? credential : throw new ArgumentException("no credential");

    public static string Pin(X509Certificate2 certificate) =>
        "sha256:" + certificate.GetCertHashString(HashAlgorithmName.SHA256);

    public string Yaml(string? mainPins = null, string secret = Secret) =>
        $$"""
        listen: { address: 127.0.0.1:0, certificate: server.pem, key: server.key }
        controllers:
          - { name: main, certificate: {{mainPins ?? Pin(Main)}} }
          - { name: second, certificate: {{Pin(Second)}} }
        credentials:
          - { name: release-signer, secret: '{{Argon2idHash.Create(Encoding.UTF8.GetBytes(secret), 8192, 1)}}' }
          - { name: dev-signer, secret: '{{Argon2idHash.Create(Encoding.UTF8.GetBytes(secret), 8192, 1)}}' }
        keys:
          - { name: release, pfx: key.p12 }
        profiles:
          - { name: release, key: release, formats: [pe] }
          - { name: dev, key: release, formats: [pe] }
          - { name: secret-project, key: release, formats: [pe] }
        grants:
          - { controller: main, jobs: ["products/*/main"], credential: release-signer, profiles: [release, dev] }
          - { controller: main, jobs: ["products/**"], credential: release-signer, profiles: [dev] }
          - { controller: second, jobs: ["**"], credential: dev-signer, profiles: [secret-project] }
        operators: [alice]
        """;

    public void Write(string yaml) => File.WriteAllText(_directory.File("signet.yaml"), yaml);

    public AccessAttempt Attempt(string name = "release-signer", string secret = Secret, X509Certificate2? certificate = null) =>
        new(certificate ?? Main, Basic(name, secret), RemoteAddress) { Job = Job, Profile = "release" };

    public async ValueTask DisposeAsync()
    {
        await Recorder.DisposeAsync();
        Verifier.Dispose();
        _directory.Dispose();
    }

    private ConfigurationHolder Load()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var server = new CertificateRequest("CN=server", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(Time.GetUtcNow(), Time.GetUtcNow().AddDays(1));
        File.WriteAllText(_directory.File("server.pem"), server.ExportCertificatePem());
        File.WriteAllText(_directory.File("server.key"), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(_directory.File("key.p12"), "opened by the token host alone");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_directory.File("server.key"), UnixFileMode.UserRead);
        }

        var loader = new ConfigurationLoader(new HashSet<string>(StringComparer.Ordinal) { "pe" });
        var result = loader.Load(_directory.File("signet.yaml"));
        return new ConfigurationHolder(
            _directory.File("signet.yaml"),
            result.Configuration ?? throw new InvalidOperationException(string.Join('\n', result.Issues)),
            loader,
            Time);
    }

    /// <summary>Lets the clock run until the task has ended: who failed before has to wait.</summary>
    public async Task<T> PassAsync<T>(Task<T> task)
    {
        while (await Task.WhenAny(task, Task.Delay(10)) != task)
        {
            Time.Advance(TimeSpan.FromMilliseconds(50));
        }

        return await task;
    }
}
