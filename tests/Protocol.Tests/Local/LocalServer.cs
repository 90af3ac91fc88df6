using System.Collections.Concurrent;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Signet.Protocol.Errors;
using Signet.Protocol.Local;
using Signet.Protocol.V1;

namespace Signet.Protocol.Tests.Local;

/// <summary>A real Kestrel on a Unix socket that notes who called it, and whom it turned away.</summary>
internal sealed class LocalServer : IAsyncDisposable, ILocalDoor
{
    private readonly bool _isOpen;
    private WebApplication _application = null!;

    private LocalServer(bool isOpen) => _isOpen = isOpen;

    public ConcurrentQueue<PeerIdentity> Callers { get; } = [];

    public ConcurrentQueue<string> Refused { get; } = [];

    /// <param name="path">Path of the socket.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <param name="group">Group that may connect.</param>
    /// <param name="isOpen">Whether the door admits this account.</param>
    public static async Task<LocalServer> StartAsync(
        string path, CancellationToken cancellationToken, string? group = null, bool isOpen = true)
    {
        var server = new LocalServer(isOpen);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc(LocalEndpoint.ConfigureMessages);
        builder.Services.AddSingleton<ILocalDoor>(server);
        builder.Services.AddSingleton(server.Callers);
        builder.WebHost.ListenLocal(path, group);
        server._application = builder.Build();
        server._application.MapGrpcService<NotingHost>();
        await server._application.StartAsync(cancellationToken);
        return server;
    }

    public bool Admits(PeerIdentity caller) => _isOpen;

    public Task<SigningException> RefuseAsync(PeerIdentity caller, string method)
    {
        Refused.Enqueue(method);
        return Task.FromResult(new SigningException(ErrorReason.NotGranted, "No business here."));
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private sealed class NotingHost(ConcurrentQueue<PeerIdentity> callers) : TokenHost.TokenHostBase
    {
        public override Task<HealthResponse> Health(HealthRequest request, ServerCallContext context)
        {
            callers.Enqueue(PeerIdentity.Of(context));
            return Task.FromResult(new HealthResponse());
        }

        public override Task<UnlockResponse> Unlock(UnlockRequest request, ServerCallContext context) =>
            Task.FromResult(new UnlockResponse());
    }
}
