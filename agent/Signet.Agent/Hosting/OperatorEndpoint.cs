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
    private WebApplication? _server;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var builder = SharedServices.CreateServer(agent);
        var current = configuration.Current;
        builder.WebHost.ListenLocal(LocalSockets.OperatorSocket(current.Directories), current.OperatorsGroup);
        builder.Services.AddGrpc(options =>
        {
            options.Interceptors.Add<ErrorInterceptor>();
            LocalEndpoint.ConfigureMessages(options);
        });
        builder.Services.AddSingleton<ErrorInterceptor>();
        builder.Services
            .Share<OperatorAccess>(agent)
            .AddSingleton<ILocalDoor>(agent.GetRequiredService<OperatorAccess>())
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
