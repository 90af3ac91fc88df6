using Signet.Agent.Access;

namespace Signet.Agent.Configuration;

/// <summary>A pattern of branch names, with the wildcards of <see cref="JobPattern"/>.</summary>
/// <remarks>Immutable. Nothing is normalised: <c>main</c>, <c>origin/main</c> and <c>refs/heads/main</c> are three names.</remarks>
internal sealed class BranchPattern
{
    private readonly string[] _segments;

    private BranchPattern(string text)
    {
        Text = text;
        _segments = text.Split('/');
    }

    /// <summary>The text that it was made from.</summary>
    public string Text { get; }

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="FormatException">
    /// It is no proper name (what <see cref="JobName"/> says of a job holds for a branch), or has <c>**</c> beside other
    /// characters in one segment.
    /// </exception>
    public static BranchPattern Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (JobName.FindProblem(text) is { } problem)
        {
            throw new FormatException(problem);
        }

        var pattern = new BranchPattern(text);
        return Wildcard.IsProper(pattern._segments)
            ? pattern
            : throw new FormatException("'**' must be a segment of its own, as in release/**");
    }

    /// <summary>Whether the name is a proper one and matches as a whole.</summary>
    public bool Matches(string branch) =>
        JobName.FindProblem(branch) is null && Wildcard.MatchesSegments(_segments, branch);

    /// <inheritdoc/>
    public override string ToString() => Text;
}
