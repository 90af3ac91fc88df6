using System.Reflection;

namespace Signet.Agent.Services;

/// <summary>The version of the agent that runs.</summary>
internal static class AgentVersion
{
    /// <summary>For instance "0.1.0".</summary>
    public static string Text { get; } =
        typeof(AgentVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
            .Split('+')[0] ?? "unknown";
}
