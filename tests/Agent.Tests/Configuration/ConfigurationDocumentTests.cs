using System.Text.RegularExpressions;
using Signet.Agent.Configuration;
using Signet.Testing.Tools;

namespace Signet.Agent.Tests.Configuration;

/// <summary>docs/configuration.md has every section and key of the file, and no other.</summary>
public sealed partial class ConfigurationDocumentTests
{
    [Test]
    public void Document_WhenComparedWithTheSchema_HasEverySectionAndKey()
    {
        var text = File.ReadAllText(Repository.PathOf("docs/configuration.md"));
        var sections = Heading().Split(text).Skip(1).Chunk(2)
            .ToDictionary(pair => pair[0], pair => Key().Matches(pair[1]).Select(match => match.Groups[1].Value).ToList());
        foreach (var schema in ConfigurationSchema.All.Where(schema => schema != ConfigurationSchema.Root))
        {
            Assert.That(sections, Contains.Key(schema.Title));
            Assert.That(sections[schema.Title], Is.EquivalentTo(schema.Keys), schema.Title);
        }

        Assert.That(sections.Keys, Is.SupersetOf(ConfigurationSchema.Root.Keys));
    }

    [GeneratedRegex("^## ([a-z.]+)$", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Heading();

    [GeneratedRegex("^\\| `([a-zA-Z]+)` \\|", RegexOptions.Multiline)]
    private static partial Regex Key();
}
