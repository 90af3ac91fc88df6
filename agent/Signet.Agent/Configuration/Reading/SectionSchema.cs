namespace Signet.Agent.Configuration.Reading;

/// <summary>The keys that one section of the configuration knows.</summary>
/// <param name="Title">The section's name for messages and docs/configuration.md, for instance <c>tokens.token</c>.</param>
/// <param name="Keys">Every key, required or not.</param>
internal sealed record SectionSchema(string Title, params IReadOnlyList<string> Keys);
