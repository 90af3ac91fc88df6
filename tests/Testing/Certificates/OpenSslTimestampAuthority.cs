using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Signet.Testing.Tools;

namespace Signet.Testing.Certificates;

/// <summary>
/// An RFC 3161 timestamp authority over HTTP (section 3.4) on a port of its own. Every answer is made by
/// <c>openssl ts -reply</c>; this class only carries it.
/// </summary>
public sealed class OpenSslTimestampAuthority : IAsyncDisposable
{
    private const string QueryType = "application/timestamp-query";
    private const string ReplyType = "application/timestamp-reply";

    private readonly string _directory;
    private readonly WebApplication _application;

    // openssl counts serial numbers in a file.
    private readonly SemaphoreSlim _oneAtATime = new(1);
    private int _answers;

    private OpenSslTimestampAuthority(string directory, X509Certificate2 root)
    {
        _directory = directory;
        Root = root;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _application = builder.Build();
        _application.MapPost("/", AnswerAsync);
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1");

    /// <summary>The root that its certificate chains to.</summary>
    public X509Certificate2 Root { get; }

    /// <summary>How many timestamps it gave.</summary>
    public int Answers => Volatile.Read(ref _answers);

    /// <summary>Starts an authority with a key and a CA of its own.</summary>
    /// <param name="directory">For its files; made if needed.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <param name="rsaOnly">Whether its root has an RSA key too, for formats that take no other certificates.</param>
    public static async Task<OpenSslTimestampAuthority> StartAsync(
        string directory, CancellationToken cancellationToken, bool rsaOnly = false)
    {
        Directory.CreateDirectory(directory);
        const string name = "Signet test timestamp root";
        var authority = rsaOnly ? ThrowawayCa.CreateRsa(name) : ThrowawayCa.Create(name);
        using var key = RSA.Create(2048);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = authority.IssueTimeStamping(
            new PublicKey(key), "Signet test timestamps", now.AddYears(-5), now.AddYears(5));
        await File.WriteAllTextAsync(Path.Combine(directory, "root.pem"), authority.Pem, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(directory, "tsa.pem"), certificate.ExportCertificatePem() + "\n", cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(directory, "tsa.key"), key.ExportPkcs8PrivateKeyPem() + "\n", cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(directory, "serial"), "01\n", cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(directory, "tsa.cnf"), Configuration, cancellationToken);

        var server = new OpenSslTimestampAuthority(directory, authority.Certificate);
        await server._application.StartAsync(cancellationToken);
        server.Address = new Uri(server._application.Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _oneAtATime.Dispose();
    }

    private static string Configuration => """
        [tsa]
        default_tsa = signet

        [signet]
        serial = serial
        crypto_device = builtin
        signer_cert = tsa.pem
        certs = root.pem
        signer_key = tsa.key
        signer_digest = sha256
        default_policy = 1.3.6.1.4.1.32473.1
        digests = sha256, sha384, sha512
        accuracy = secs:1
        ordering = no
        tsa_name = yes
        ess_cert_id_chain = no
        ess_cert_id_alg = sha256

        """;

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.ContentType != QueryType)
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        var name = Guid.NewGuid().ToString("N");
        var (query, reply) = (Path.Combine(_directory, name + ".tsq"), Path.Combine(_directory, name + ".tsr"));
        await _oneAtATime.WaitAsync(context.RequestAborted);
        try
        {
            await using (var file = File.Create(query))
            {
                await context.Request.Body.CopyToAsync(file, context.RequestAborted);
            }

            await ExternalProgram.RunSuccessfullyAsync(
                "openssl", ["ts", "-reply", "-config", "tsa.cnf", "-queryfile", query, "-out", reply],
                context.RequestAborted, _directory);
            var answer = await File.ReadAllBytesAsync(reply, context.RequestAborted);
            Interlocked.Increment(ref _answers);
            context.Response.ContentType = ReplyType;
            await context.Response.Body.WriteAsync(answer, context.RequestAborted);
        }
        finally
        {
            _oneAtATime.Release();
            File.Delete(query);
            File.Delete(reply);
        }
    }
}
