using System.Diagnostics;
using System.Globalization;
using System.Net;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Signet.Agent.Hosting;
using Signet.Protocol.Local;
using Signet.Protocol.V1;
using Signet.Testing.Agent;

namespace Signet.Benchmarks.SideBySide;

/// <summary>
/// Takes uploads as the agent does, and does nothing with them: what gRPC over mutual TLS costs by itself. Server and client
/// are in this process.
/// </summary>
internal sealed class RawGrpcServer : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly ControllerClient _client;

    private RawGrpcServer(WebApplication server, ControllerClient client)
    {
        _server = server;
        _client = client;
    }

    public static async Task<RawGrpcServer> StartAsync(TlsIdentities tls, CancellationToken cancellationToken)
    {
        var builder = BareServer.CreateBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, options =>
        {
            options.Protocols = HttpProtocols.Http2;
            options.UseHttps(https =>
            {
                https.ServerCertificate = tls.Server.Certificate;
                https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                https.AllowAnyClientCertificate();
            });
        }));
        UploadTransport.Configure(builder);
        builder.Services.AddGrpc();
        var server = builder.Build();
        server.MapGrpcService<Reader>();
        await server.StartAsync(cancellationToken);
        var address = server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return new RawGrpcServer(
            server, new ControllerClient(new Uri(address), tls.Authority, tls.Controller.Certificate, credential: null));
    }

    /// <summary>One large file.</summary>
    public async Task<RawGrpcUpload> UploadAsync(string path, CancellationToken cancellationToken)
    {
        await using var content = File.OpenRead(path);
        return await MeasureAsync(() => _client.SignFileAsync("none", Path.GetFileName(path), content, cancellationToken));
    }

    /// <summary>Many small files, so many at a time.</summary>
    public Task<RawGrpcUpload> UploadAsync(byte[] content, int files, int parallelism, CancellationToken cancellationToken) => MeasureAsync(
        () => Parallel.ForEachAsync(
            Enumerable.Range(0, files),
            new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellationToken },
            async (index, cancelled) =>
            {
                using var stream = new MemoryStream(content, writable: false);
                await _client.SignFileAsync("none", index.ToString(CultureInfo.InvariantCulture), stream, cancelled);
            }));

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    private static async Task<RawGrpcUpload> MeasureAsync(Func<Task> upload)
    {
        var before = Environment.CpuUsage.TotalTime;
        var start = Stopwatch.GetTimestamp();
        await upload();
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new RawGrpcUpload(seconds, (Environment.CpuUsage.TotalTime - before).TotalSeconds);
    }

    private sealed class Reader : Signing.SigningBase
    {
        public override async Task SignFile(
            IAsyncStreamReader<SignFileRequest> requestStream, IServerStreamWriter<SignFileResponse> responseStream,
            ServerCallContext context)
        {
            await foreach (var _ in requestStream.ReadAllAsync(context.CancellationToken))
            {
                // Nothing is done with it.
            }

            await responseStream.WriteAsync(new SignFileResponse { Result = new SignedFile() }, context.CancellationToken);
        }
    }
}

/// <summary>What uploads cost that nothing is done with.</summary>
/// <param name="Seconds">From the first call to the last answer.</param>
/// <param name="CpuSeconds">Processor time of both sides.</param>
internal sealed record RawGrpcUpload(double Seconds, double CpuSeconds);
