using System.Net;
using Grpc.AspNetCore.Server.Model;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Signet.Agent.Access;
using Signet.Agent.Configuration;
using Signet.Agent.FileSigning;
using Signet.Agent.Keys;
using Signet.Agent.Operators;
using Signet.Agent.Requests;
using Signet.Agent.Rights;
using Signet.Agent.Services;
using Signet.Agent.Storage;

namespace Signet.Agent.Hosting;

/// <summary>The network port of the controllers: gRPC and gRPC-Web over HTTP/2 and mutual TLS.</summary>
internal sealed class ControllerEndpoint(
    IServiceProvider agent, ConfigurationHolder configuration, ListenAddress address, ILogger<ControllerEndpoint> logger)
    : IHostedService, IAsyncDisposable
{
    // What a request with 100,000 files is told of.
    private const int LargestAnswerBytes = 64 << 20;

    private WebApplication? _server;
    private ServerTls? _tls;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var listen = configuration.Current.Listen;
        _tls = ServerTls.Load(listen);
        var builder = SharedServices.CreateServer(agent);
        var connections = new ControllerConnections(
            listen.Connections, agent.GetRequiredService<AccessGuard>(), agent.GetRequiredService<TimeProvider>(),
            agent.GetRequiredService<ILogger<ControllerConnections>>());
        builder.WebHost.ConfigureKestrel(kestrel => Configure(kestrel, listen, _tls, connections));
        builder.WebHost.UseKestrelHttpsConfiguration();
        UploadTransport.Configure(builder);
        builder.Services.AddGrpc(options =>
        {
            options.Interceptors.Add<ErrorInterceptor>();
            options.MaxReceiveMessageSize = ControllerCalls.LargestMessageBytes;
            options.MaxSendMessageSize = LargestAnswerBytes;
            options.CompressionProviders.Clear();
        }).AddServiceOptions<RequestOpening>(options => options.MaxReceiveMessageSize = RequestOpening.LargestMessageBytes);
        builder.Services.AddSingleton<IServiceMethodProvider<ControllerCalls>, ControllerCalls.Methods>();
        builder.Services.AddSingleton<IServiceMethodProvider<RequestOpening>, RequestOpening.Methods>();
        builder.Services.AddSingleton<ErrorInterceptor>();
        builder.Services.AddGrpcHealthChecks().AddCheck<SigningHealth>("signing");
        builder.Services
            .Share<AccessGuard>(agent)
            .Share<RefusalRecorder>(agent)
            .Share<RequestLifecycle>(agent)
            .Share<RequestChanges>(agent)
            .Share<FileSigner>(agent)
            .Share<KeyRing>(agent)
            .Share<SigningRights>(agent)
            .Share<OpenCalls>(agent)
            .Share<ConfigurationHolder>(agent)
            .Share<InFlight>(agent)
            .Share<IAgentStore>(agent)
            .Share<Stopping>(agent)
            .AddSingleton<SigningService>()
            .AddSingleton<ControllerCalls>()
            .AddSingleton<RequestOpening>();
        _server = builder.Build();
        _server.UseRouting();
        _server.UseGrpcWeb(new GrpcWebOptions { DefaultEnabled = true });
        _server.UseMiddleware<ControllerGate>();
        _server.MapGrpcService<ControllerCalls>();
        _server.MapGrpcService<RequestOpening>();
        _server.MapGrpcHealthChecksService();
        await _server.StartAsync(cancellationToken);
        address.Text = ListenedAddress(_server, listen.Address);
        logger.LogInformation("Controllers are served on {Address}", address.Text);
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) =>
        _server?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _tls?.Dispose();
    }

    private static void Configure(
        KestrelServerOptions kestrel, ListenConfiguration listen, ServerTls tls, ControllerConnections connections)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(30);
        kestrel.Limits.KeepAliveTimeout = listen.Connections.IdleTimeout;
        kestrel.Listen(listen.Address, options =>
        {
            options.Protocols = HttpProtocols.Http2;
            options.Use(next => connection => connections.BeforeTlsAsync(connection, next));
            options.UseHttps(https => tls.Configure(https, listen.Connections.HandshakeTimeout));
            options.Use(next => connection => connections.AfterTlsAsync(connection, next));
        });
    }

    private static string ListenedAddress(WebApplication server, IPEndPoint configured)
    {
        var bound = server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses
            .Select(text => new Uri(text)).FirstOrDefault();
        return bound is null ? configured.ToString() : new IPEndPoint(configured.Address, bound.Port).ToString();
    }
}
