using System.Globalization;
using Signet.Agent.Configuration.Yaml;

namespace Signet.Agent.Configuration.Reading;

/// <summary>
/// Reads the keys of one section. What is missing or wrong becomes an issue and a harmless value is returned, so that
/// reading goes on; the configuration as a whole is dropped where there is any issue.
/// </summary>
internal sealed class SectionReader
{
    /// <summary>Longest text value in characters.</summary>
    private const int MaxTextLength = 4096;

    private readonly YamlMapping _mapping;
    private readonly SectionSchema _schema;

    /// <summary>Starts reading; unknown keys become issues at once.</summary>
    public SectionReader(YamlMapping mapping, SectionSchema schema, ReadContext context)
    {
        _mapping = mapping;
        _schema = schema;
        Context = context;
        foreach (var entry in mapping.Entries.Where(entry => !schema.Keys.Contains(entry.Key.Value)))
        {
            ReportUnknown(entry.Key);
        }
    }

    /// <summary>What all readers share.</summary>
    public ReadContext Context { get; }

    /// <summary>The section itself, for issues that concern no single key.</summary>
    public YamlNode Node => _mapping;

    /// <summary>The value of a key; null where the key is absent.</summary>
    /// <exception cref="InvalidOperationException">The schema does not list the key.</exception>
    public YamlNode? Find(string key)
    {
        if (!_schema.Keys.Contains(key))
        {
            throw new InvalidOperationException($"The schema of {_schema.Title} does not list '{key}'.");
        }

        return _mapping.Entries.FirstOrDefault(entry => entry.Key.Value == key)?.Value;
    }

    /// <summary>A single value, not empty; null where it is absent or wrong.</summary>
    public YamlScalar? Scalar(string key, bool required = false)
    {
        var node = Find(key);
        if (node is null)
        {
            ReportMissing(key, required);
            return null;
        }

        return AsScalar(node, key);
    }

    /// <summary>A required text; empty where it is absent or wrong.</summary>
    public string RequiredText(string key) => Scalar(key, required: true)?.Value ?? string.Empty;

    /// <summary>A whole number within bounds; <paramref name="fallback"/> where the key is absent.</summary>
    public int Integer(string key, int min, int max, int fallback) =>
        Scalar(key) is { } scalar ? ToInteger(scalar, key, min, max) : fallback;

    /// <summary>A duration within bounds; <paramref name="fallback"/> where the key is absent.</summary>
    public TimeSpan Duration(string key, TimeSpan min, TimeSpan max, TimeSpan fallback)
    {
        if (Scalar(key) is not { } scalar)
        {
            return fallback;
        }

        if (Quantity.ParseDuration(scalar.Value) is { } duration && duration >= min && duration <= max)
        {
            return duration;
        }

        Context.Issues.Add(
            scalar,
            $"'{key}' must be a duration from {Quantity.ShowDuration(min)} to {Quantity.ShowDuration(max)}, "
            + "a whole number with ms, s, m, h or d, for instance 30s");
        return fallback;
    }

    /// <summary>A size in bytes within bounds; <paramref name="fallback"/> where the key is absent.</summary>
    public long SizeBytes(string key, long min, long max, long fallback)
    {
        if (Scalar(key) is not { } scalar)
        {
            return fallback;
        }

        if (Quantity.ParseSizeBytes(scalar.Value) is { } bytes && bytes >= min && bytes <= max)
        {
            return bytes;
        }

        Context.Issues.Add(
            scalar,
            $"'{key}' must be a size from {Quantity.ShowSize(min)} to {Quantity.ShowSize(max)}, "
            + "a whole number with B, KB, MB, GB or TB, for instance 500MB");
        return fallback;
    }

    /// <summary>
    /// One of some words; null where it is absent or wrong. The wrong word is not shown: a PIN may have been written there.
    /// </summary>
    public string? Choice(string key, params string[] words)
    {
        if (Scalar(key) is not { } scalar)
        {
            return null;
        }

        if (words.Contains(scalar.Value, StringComparer.Ordinal))
        {
            return scalar.Value;
        }

        Context.Issues.Add(
            scalar, $"'{key}' must be {string.Join(" or ", words)}{NearMiss.Hint(scalar.Value, words)}");
        return null;
    }

    /// <summary>The name that this entry declares.</summary>
    /// <param name="kind">What it names, in the singular.</param>
    public string DeclaredName(string kind)
    {
        if (Scalar("name", required: true) is not { } name)
        {
            return string.Empty;
        }

        Context.Names.Declare(kind, name);
        if (!NameRule.IsName(name.Value))
        {
            Context.Issues.Add(
                name, $"'{Shown.Short(name.Value)}' cannot be a {kind}'s name: a name has {NameRule.NameDescription}");
        }

        return name.Value;
    }

    /// <summary>A name that another section must declare; null where it is absent or wrong.</summary>
    public string? Reference(string key, string kind, bool required = false)
    {
        if (Scalar(key, required) is not { } name)
        {
            return null;
        }

        Context.Names.Refer(kind, name);
        return name.Value;
    }

    /// <summary>A list of single values, none empty and none twice.</summary>
    /// <param name="key">The key.</param>
    /// <param name="required">Whether it must be there with at least one item.</param>
    public IReadOnlyList<YamlScalar> Scalars(string key, bool required)
    {
        var scalars = Items(key, required).Select(item => AsScalar(item, key)).OfType<YamlScalar>().ToList();
        foreach (var again in scalars.GroupBy(scalar => scalar.Value, StringComparer.Ordinal).SelectMany(group => group.Skip(1)))
        {
            Context.Issues.Add(again, $"'{Shown.Short(again.Value)}' is in '{key}' twice");
        }

        return scalars;
    }

    /// <summary>A group of keys; null where it is absent or wrong.</summary>
    public SectionReader? Section(string key, SectionSchema schema, bool required = false)
    {
        switch (Find(key))
        {
            case null:
                ReportMissing(key, required);
                return null;
            case YamlMapping mapping:
                return new SectionReader(mapping, schema, Context);
            case var other:
                Context.Issues.Add(
                    other, $"'{key}' must be a group of keys ({string.Join(", ", schema.Keys)}), not {other.Description}");
                return null;
        }
    }

    /// <summary>A list of groups of keys; empty where it is absent.</summary>
    public IEnumerable<SectionReader> Sections(string key, SectionSchema schema)
    {
        foreach (var item in Items(key, required: false))
        {
            if (item is YamlMapping mapping)
            {
                yield return new SectionReader(mapping, schema, Context);
            }
            else
            {
                Context.Issues.Add(
                    item, $"an item of '{key}' must be a group of keys ({string.Join(", ", schema.Keys)}), not {item.Description}");
            }
        }
    }

    private IReadOnlyList<YamlNode> Items(string key, bool required)
    {
        switch (Find(key))
        {
            case null:
                ReportMissing(key, required);
                return [];
            case YamlScalar { Value.Length: 0 } when !required:
                // What is left when every item is commented out.
                return [];
            case YamlSequence { Items.Count: 0 } empty when required:
                Context.Issues.Add(empty, $"'{key}' must have at least one item");
                return [];
            case YamlSequence sequence:
                return sequence.Items;
            case var other:
                Context.Issues.Add(other, $"'{key}' must be a list, not {other.Description}; write [a, b] or a line with '- ' for each");
                return [];
        }
    }

    private YamlScalar? AsScalar(YamlNode node, string key)
    {
        if (node is not YamlScalar scalar)
        {
            Context.Issues.Add(node, $"'{key}' must be a single value, not {node.Description}");
            return null;
        }

        if (scalar.Value.Length is > 0 and <= MaxTextLength && !scalar.Value.Any(char.IsControl))
        {
            return scalar;
        }

        Context.Issues.Add(
            scalar,
            scalar.Value.Length == 0 ? $"'{key}' has no value"
            : scalar.Value.Length > MaxTextLength ? $"'{key}' is longer than {MaxTextLength} characters"
            : $"'{key}' holds a line break or another control character");
        return null;
    }

    private int ToInteger(YamlScalar scalar, string key, int min, int max)
    {
        if (int.TryParse(scalar.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            && value >= min && value <= max)
        {
            return value;
        }

        Context.Issues.Add(scalar, $"'{key}' must be a whole number from {min} to {max}");
        return min;
    }

    private void ReportMissing(string key, bool required)
    {
        if (required)
        {
            Context.Issues.Add(_mapping, $"'{key}' is missing in {_schema.Title}");
        }
    }

    private void ReportUnknown(YamlScalar key)
    {
        // Within { } a comma ends a value: what looks like a key here may be the rest of a secret.
        var shown = _schema.HoldsSecrets ? "this" : $"'{Shown.Short(key.Value)}'";
        Context.Issues.Add(
            key,
            ForbiddenKeys.LooksSecret(key.Value)
                ? $"{shown} is no key of {_schema.Title}: {ForbiddenKeys.Detail}"
                : $"{shown} is no key of {_schema.Title}{HintFor(key.Value)}");
    }

    private string HintFor(string key)
    {
        var hint = NearMiss.Hint(key, _schema.Keys);
        return hint.Length > 0 ? hint : $"; it has {string.Join(", ", _schema.Keys)}";
    }
}
