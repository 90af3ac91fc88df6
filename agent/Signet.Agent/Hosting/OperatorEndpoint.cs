using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Signet.Agent.Configuration;
using Signet.Agent.Keys;
using Signet.Agent.Operators;
using Signet.Agent.Requests;
using Signet.Agent.Services;
using Signet.Agent.Storage;
using Signet.Protocol.Local;

namespace Signet.Agent.Hosting;

/// <summary>The local socket of the operators.</summary>
internal sealed class OperatorEndpoint(IServiceProvider agent, ConfigurationHolder configuration)
    : IHostedService, IAsyncDisposable
{
    // Everybody may connect; OperatorAccess asks the operating system who it is.
    private const UnixFileMode SocketMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private WebApplication? _server;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var builder = SharedServices.CreateServer(agent);
        builder.WebHost.ListenLocal(LocalSockets.OperatorSocket(configuration.Current.Directories), SocketMode);
        builder.Services.AddGrpc(options => options.Interceptors.Add<ErrorInterceptor>());
        builder.Services.AddSingleton<ErrorInterceptor>();
        builder.Services
            .Share<OperatorAccess>(agent)
            .Share<StatusBuilder>(agent)
            .Share<TokenSet>(agent)
            .Share<KeyRing>(agent)
            .Share<RequestDecisions>(agent)
            .Share<LedgerQueries>(agent)
            .Share<ConfigurationReloads>(agent)
            .Share<OpenPgpExports>(agent)
            .Share<IAgentStore>(agent)
            .Share<Stopping>(agent)
            .AddSingleton<OperatorService>();
        _server = builder.Build();
        _server.MapGrpcService<OperatorService>();
        await _server.StartAsync(cancellationToken);
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
    }
}
