using System.Collections.Concurrent;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Signet.Protocol.Local;
using Signet.Protocol.V1;

namespace Signet.Protocol.Tests.Local;

/// <summary>A real Kestrel on a Unix socket that notes who called it.</summary>
internal sealed class LocalServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private LocalServer(WebApplication application) => _application = application;

    public ConcurrentQueue<PeerIdentity> Callers => _application.Services.GetRequiredService<ConcurrentQueue<PeerIdentity>>();

    public static async Task<LocalServer> StartAsync(string path, UnixFileMode mode, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton<ConcurrentQueue<PeerIdentity>>();
        builder.WebHost.ListenLocal(path, mode);
        var application = builder.Build();
        application.MapGrpcService<NotingHost>();
        await application.StartAsync(cancellationToken);
        return new LocalServer(application);
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private sealed class NotingHost(ConcurrentQueue<PeerIdentity> callers) : TokenHost.TokenHostBase
    {
        public override Task<HealthResponse> Health(HealthRequest request, ServerCallContext context)
        {
            callers.Enqueue(PeerIdentity.Of(context));
            return Task.FromResult(new HealthResponse());
        }
    }
}
