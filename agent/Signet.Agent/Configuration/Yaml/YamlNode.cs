namespace Signet.Agent.Configuration.Yaml;

/// <summary>A part of the file with the place where it starts. Immutable.</summary>
/// <param name="Line">Line, counted from 1.</param>
/// <param name="Column">Column, counted from 1.</param>
internal abstract record YamlNode(int Line, int Column)
{
    /// <summary>What it is, for messages.</summary>
    public abstract string Description { get; }
}

/// <summary>A single value. YAML's own guesses at types are not used: all are text until a section reads them.</summary>
/// <param name="Value">The text; empty for a key without a value.</param>
/// <param name="Line">Line, counted from 1.</param>
/// <param name="Column">Column, counted from 1.</param>
internal sealed record YamlScalar(string Value, int Line, int Column) : YamlNode(Line, Column)
{
    /// <inheritdoc/>
    public override string Description => Value.Length == 0 ? "nothing" : "a single value";
}

/// <summary>A list.</summary>
/// <param name="Items">Its items in order.</param>
/// <param name="Line">Line, counted from 1.</param>
/// <param name="Column">Column, counted from 1.</param>
internal sealed record YamlSequence(IReadOnlyList<YamlNode> Items, int Line, int Column) : YamlNode(Line, Column)
{
    /// <inheritdoc/>
    public override string Description => "a list";
}

/// <summary>Keys with values.</summary>
/// <param name="Entries">In the order of the file; no key is there twice.</param>
/// <param name="Line">Line, counted from 1.</param>
/// <param name="Column">Column, counted from 1.</param>
internal sealed record YamlMapping(IReadOnlyList<YamlEntry> Entries, int Line, int Column) : YamlNode(Line, Column)
{
    /// <inheritdoc/>
    public override string Description => "a group of keys";
}

/// <summary>A key with its value.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">Its value.</param>
internal sealed record YamlEntry(YamlScalar Key, YamlNode Value);
