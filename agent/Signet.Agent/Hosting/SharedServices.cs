using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Signet.Protocol.Local;

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
        var builder = BareServer.CreateBuilder();
        builder.Services.Replace(ServiceDescriptor.Singleton(agent.GetRequiredService<ILoggerFactory>()));
        builder.Services.AddSingleton(agent.GetRequiredService<TimeProvider>());
        return builder;
    }

    /// <summary>Gives a server one object of the agent, which stays the agent's to dispose of.</summary>
    public static IServiceCollection Share<T>(this IServiceCollection services, IServiceProvider agent)
        where T : class => services.AddSingleton(agent.GetRequiredService<T>());
}
