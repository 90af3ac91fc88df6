namespace Signet.Agent.Configuration.Reading;

/// <summary>What the readers of the sections share while one file is read. Not safe for several threads.</summary>
/// <param name="baseDirectory">Absolute directory of the configuration file: relative paths start there.</param>
/// <param name="formatNames">Names of the file formats that this agent knows.</param>
/// <param name="issues">Takes what is wrong.</param>
internal sealed class ReadContext(string baseDirectory, IReadOnlySet<string> formatNames, IssueList issues)
{
    /// <summary>Takes what is wrong.</summary>
    public IssueList Issues { get; } = issues;

    /// <summary>Names declared and referred to.</summary>
    public NameRegistry Names { get; } = new(issues);

    /// <summary>Names of the file formats that this agent knows.</summary>
    public IReadOnlySet<string> FormatNames { get; } = formatNames;

    /// <summary>The path as an absolute one.</summary>
    public string FullPath(string path) => Path.GetFullPath(path, baseDirectory);
}
