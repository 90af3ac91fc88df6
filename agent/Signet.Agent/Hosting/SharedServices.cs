using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Signet.Agent.Hosting;

/// <summary>
/// What the two servers of the agent have in common. They are apart so that no mistake in routing can offer an operator's
/// call to the network.
/// </summary>
internal static class SharedServices
{
    /// <summary>A server with nothing in it, which logs where the agent logs and leaves signals to the agent.</summary>
    /// <param name="agent">The agent's container.</param>
    public static WebApplicationBuilder CreateServer(IServiceProvider agent)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "signet" });
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRoutingCore();
        builder.Services.Replace(ServiceDescriptor.Singleton(agent.GetRequiredService<ILoggerFactory>()));
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddSingleton(agent.GetRequiredService<TimeProvider>());
        return builder;
    }

    /// <summary>Gives a server one object of the agent, which stays the agent's to dispose of.</summary>
    public static IServiceCollection Share<T>(this IServiceCollection services, IServiceProvider agent)
        where T : class => services.AddSingleton(agent.GetRequiredService<T>());

    /// <summary>In place of the default lifetime, which would end the process at a signal.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
