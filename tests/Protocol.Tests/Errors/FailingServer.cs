using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Signet.Protocol.V1;

namespace Signet.Protocol.Tests.Errors;

/// <summary>A Kestrel server on a port of its own whose <c>CheckAccess</c> fails as the test wants.</summary>
internal sealed class FailingServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly GrpcChannel _channel;

    private FailingServer(WebApplication application, GrpcChannel channel)
    {
        _application = application;
        _channel = channel;
        Client = new Signing.SigningClient(channel);
    }

    public Signing.SigningClient Client { get; }

    public static async Task<FailingServer> StartAsync(Func<Exception> failure, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
            System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(failure);
        var application = builder.Build();
        application.MapGrpcService<FailingSigning>();
        await application.StartAsync(cancellationToken);
        var address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return new FailingServer(application, GrpcChannel.ForAddress(address));
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _application.DisposeAsync();
    }

    private sealed class FailingSigning(Func<Exception> failure) : Signing.SigningBase
    {
        public override Task<CheckAccessResponse> CheckAccess(CheckAccessRequest request, ServerCallContext context) =>
            throw failure();
    }
}
