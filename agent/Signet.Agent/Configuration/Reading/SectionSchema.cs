namespace Signet.Agent.Configuration.Reading;

/// <summary>The keys that one section of the configuration knows.</summary>
/// <param name="Title">The section's name for messages and docs/configuration.md, for instance <c>tokens.token</c>.</param>
/// <param name="Keys">Every key, required or not.</param>
internal sealed record SectionSchema(string Title, params IReadOnlyList<string> Keys)
{
    /// <summary>Whether people may have written a secret into this section, so that nothing of it may be shown.</summary>
    public bool HoldsSecrets => Keys.Contains("secret");
}
