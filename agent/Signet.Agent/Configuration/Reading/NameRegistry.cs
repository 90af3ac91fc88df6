using Signet.Agent.Configuration.Yaml;

namespace Signet.Agent.Configuration.Reading;

/// <summary>The names that the file declares and those that it refers to. Not safe for several threads.</summary>
/// <param name="issues">Takes duplicates and dangling references.</param>
internal sealed class NameRegistry(IssueList issues)
{
    private readonly Dictionary<string, Dictionary<string, YamlScalar>> _declared = new(StringComparer.Ordinal);
    private readonly List<(string Kind, YamlScalar Name)> _references = [];

    /// <summary>Declares a name; a second one of the same kind is an issue.</summary>
    /// <param name="kind">What it names, in the singular, for instance "token".</param>
    /// <param name="name">The name where it stands.</param>
    public void Declare(string kind, YamlScalar name)
    {
        var names = Names(kind);
        if (!names.TryAdd(name.Value, name))
        {
            issues.Add(
                name,
                $"a second {kind} named '{Shown.Short(name.Value)}'; the first is on line {names[name.Value].Line}");
        }
    }

    /// <summary>Notes a reference, to be checked once all is read.</summary>
    public void Refer(string kind, YamlScalar name) => _references.Add((kind, name));

    /// <summary>Makes every reference to a name that is not declared an issue.</summary>
    public void CheckReferences()
    {
        foreach (var (kind, name) in _references)
        {
            var names = Names(kind);
            if (!names.ContainsKey(name.Value))
            {
                issues.Add(
                    name,
                    $"there is no {kind} named '{Shown.Short(name.Value)}'{NearMiss.Hint(name.Value, names.Keys)}");
            }
        }
    }

    private Dictionary<string, YamlScalar> Names(string kind)
    {
        if (!_declared.TryGetValue(kind, out var names))
        {
            _declared[kind] = names = new Dictionary<string, YamlScalar>(StringComparer.Ordinal);
        }

        return names;
    }
}
