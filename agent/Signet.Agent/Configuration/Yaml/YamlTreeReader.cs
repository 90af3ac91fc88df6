using Signet.Agent.Configuration.Reading;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Signet.Agent.Configuration.Yaml;

/// <summary>
/// Reads the one YAML document of a configuration file into nodes that know their places. Takes the plain part of
/// YAML 1.2 alone: no anchors, aliases, tags or further documents, because what stands in the file must be what is meant.
/// </summary>
internal sealed class YamlTreeReader
{
    /// <summary>Deepest nesting; the configuration itself needs five.</summary>
    private const int MaxDepth = 16;

    private readonly Parser _parser;
    private readonly IssueList _issues;

    private YamlTreeReader(string text, IssueList issues)
    {
        _parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
        _issues = issues;
    }

    /// <summary>Reads the text; all that is wrong goes to <paramref name="issues"/>.</summary>
    /// <returns>The document's root; null where it is empty or cannot be parsed.</returns>
    public static YamlNode? Read(string text, IssueList issues)
    {
        try
        {
            return new YamlTreeReader(text, issues).ReadDocument();
        }
        catch (YamlException exception)
        {
            // The parser cannot go on behind a syntax error, so this issue is the last one of the syntax.
            issues.Add((int)exception.Start.Line, (int)exception.Start.Column, "not valid YAML: " + exception.Message);
            return null;
        }
    }

    private YamlNode? ReadDocument()
    {
        _parser.Consume<StreamStart>();
        if (_parser.Accept<StreamEnd>(out _))
        {
            _issues.Add(1, 1, "the file holds no configuration; docs/configuration.md has a sample to start from");
            return null;
        }

        _parser.Consume<DocumentStart>();
        var root = ReadNode(depth: 1);
        _parser.Consume<DocumentEnd>();
        if (_parser.TryConsume<DocumentStart>(out var second))
        {
            _issues.Add(
                (int)second.Start.Line, (int)second.Start.Column, "a second YAML document; the file holds just one");
        }

        return root;
    }

    private YamlNode ReadNode(int depth)
    {
        if (_parser.Current is NodeEvent node)
        {
            RefuseAnchorAndTag(node);
        }

        if (depth > MaxDepth)
        {
            var start = _parser.Current!.Start;
            throw new SemanticErrorException(start, start, $"nested deeper than {MaxDepth} levels");
        }

        if (_parser.TryConsume<Scalar>(out var scalar))
        {
            return new YamlScalar(scalar.Value, (int)scalar.Start.Line, (int)scalar.Start.Column);
        }

        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            _issues.Add((int)alias.Start.Line, (int)alias.Start.Column, "YAML aliases are not used here; write the value out");
            return new YamlScalar(string.Empty, (int)alias.Start.Line, (int)alias.Start.Column);
        }

        return _parser.TryConsume<SequenceStart>(out var sequence)
            ? ReadSequence(sequence, depth)
            : ReadMapping(_parser.Consume<MappingStart>(), depth);
    }

    private YamlSequence ReadSequence(SequenceStart start, int depth)
    {
        var items = new List<YamlNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(ReadNode(depth + 1));
        }

        return new YamlSequence(items, (int)start.Start.Line, (int)start.Start.Column);
    }

    private YamlMapping ReadMapping(MappingStart start, int depth)
    {
        var entries = new Dictionary<string, YamlEntry>(StringComparer.Ordinal);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var keyNode = ReadNode(depth + 1);
            var value = ReadNode(depth + 1);
            if (keyNode is not YamlScalar key)
            {
                _issues.Add(keyNode, $"a key must be a single word, not {keyNode.Description}");
            }
            else if (!entries.TryAdd(key.Value, new YamlEntry(key, value)))
            {
                var first = entries[key.Value].Key.Line;
                _issues.Add(key, $"key '{Shown.Short(key.Value)}' is there twice; the first is on line {first}");
            }
        }

        return new YamlMapping([.. entries.Values], (int)start.Start.Line, (int)start.Start.Column);
    }

    private void RefuseAnchorAndTag(NodeEvent node)
    {
        if (!node.Anchor.IsEmpty)
        {
            _issues.Add((int)node.Start.Line, (int)node.Start.Column, "YAML anchors are not used here; write the value out");
        }

        if (!node.Tag.IsEmpty)
        {
            _issues.Add((int)node.Start.Line, (int)node.Start.Column, "YAML tags are not used here; remove the word with '!'");
        }
    }
}
