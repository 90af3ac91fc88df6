using System.Reflection;

namespace Signet.EndToEnd.Tests.Architecture;

/// <summary>What the projects of agent/ were built into.</summary>
internal static class AgentAssemblies
{
    public static readonly Assembly Formats = Assembly.Load("Signet.Formats");
    public static readonly Assembly Tokens = Assembly.Load("Signet.Tokens");
    public static readonly Assembly Protocol = Assembly.Load("Signet.Protocol");
    public static readonly Assembly Agent = Assembly.Load("Signet.Agent");
    public static readonly Assembly Cli = Assembly.Load("signet");

    public static IReadOnlyList<Assembly> All { get; } = [Formats, Tokens, Protocol, Agent, Cli];

    /// <summary>Simple names of what an assembly refers to.</summary>
    public static IEnumerable<string> References(Assembly assembly) =>
        assembly.GetReferencedAssemblies().Select(reference => reference.Name!);
}
