namespace Signet.Agent.Configuration;

/// <summary>What a reload resulted in.</summary>
/// <param name="Result">What was read, with every problem where it was refused.</param>
/// <param name="RestartNeeded">
/// Parts of the file in use that differ from what the agent started with and act only after a restart, for people, for
/// instance "listen" or "tokens"; empty where the whole is in effect, and where the file was refused.
/// </param>
internal sealed record ConfigurationReload(ConfigurationResult Result, IReadOnlyList<string> RestartNeeded);
