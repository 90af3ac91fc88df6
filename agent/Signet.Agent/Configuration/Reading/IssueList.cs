using Signet.Agent.Configuration.Yaml;

namespace Signet.Agent.Configuration.Reading;

/// <summary>Collects what is wrong, so that all of it can be said at once. Not safe for several threads.</summary>
internal sealed class IssueList
{
    private const int MaxIssues = 200;

    private readonly List<ConfigurationIssue> _issues = [];
    private int _left;

    /// <summary>Whether anything is wrong.</summary>
    public bool Any => _issues.Count > 0;

    /// <summary>Adds an issue at a place; from the 201st on they are counted only.</summary>
    public void Add(int line, int column, string detail)
    {
        if (_issues.Count < MaxIssues)
        {
            _issues.Add(new ConfigurationIssue(Math.Max(1, line), Math.Max(1, column), detail));
        }
        else
        {
            _left++;
        }
    }

    /// <summary>Adds an issue where <paramref name="node"/> starts.</summary>
    public void Add(YamlNode node, string detail) => Add(node.Line, node.Column, detail);

    /// <summary>The issues in the order of the file.</summary>
    public IReadOnlyList<ConfigurationIssue> ToSortedList()
    {
        var sorted = _issues.OrderBy(issue => issue.Line).ThenBy(issue => issue.Column).ToList();
        if (_left > 0)
        {
            sorted.Add(new ConfigurationIssue(sorted[^1].Line, 1, $"and {_left} more problems, which are not listed"));
        }

        return sorted;
    }
}
