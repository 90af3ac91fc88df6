namespace Signet.Agent.Configuration;

/// <summary>Environment variables of a token's host. Two are equal where they name the same variables with the same values.</summary>
/// <param name="Variables">By name.</param>
internal sealed record ModuleEnvironment(IReadOnlyDictionary<string, string> Variables)
{
    /// <summary>No variable.</summary>
    public static ModuleEnvironment Empty { get; } = new(new Dictionary<string, string>());

    /// <inheritdoc/>
    public bool Equals(ModuleEnvironment? other) =>
        other is not null && Variables.Count == other.Variables.Count
        && Variables.All(pair => other.Variables.TryGetValue(pair.Key, out var value) && value == pair.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => Variables.Count;
}
