using Signet.Agent.Access;

namespace Signet.Agent.Configuration;

/// <summary>
/// A pattern of repository addresses, with the wildcards of <see cref="JobPattern"/>. A wildcard stands behind the host
/// alone: which servers are meant is always spelled out.
/// </summary>
/// <remarks>Immutable. Nothing is normalised: case, port, user and a trailing <c>.git</c> count.</remarks>
internal sealed class ScmPattern
{
    private readonly string[] _segments;

    private ScmPattern(string text)
    {
        Text = text;
        _segments = text.Split('/');
    }

    /// <summary>The text that it was made from.</summary>
    public string Text { get; }

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="FormatException">
    /// No proper address could match it (see <see cref="ScmUrl"/>), it has a wildcard before the path, or <c>**</c> beside
    /// other characters in one segment.
    /// </exception>
    public static ScmPattern Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (ScmUrl.FindProblem(text) is { } problem)
        {
            throw new FormatException(problem);
        }

        if (text[..ScmUrl.PathStart(text)].Contains('*', StringComparison.Ordinal))
        {
            throw new FormatException("a wildcard stands in the path alone; name each server in a pattern of its own");
        }

        var pattern = new ScmPattern(text);
        return Wildcard.IsProper(pattern._segments)
            ? pattern
            : throw new FormatException("'**' must be a segment of its own, as in https://git.example.com/products/**");
    }

    /// <summary>Whether the address is a proper one and matches as a whole.</summary>
    public bool Matches(string url) =>
        ScmUrl.FindProblem(url) is null && Wildcard.MatchesSegments(_segments, url);

    /// <inheritdoc/>
    public override string ToString() => Text;
}
