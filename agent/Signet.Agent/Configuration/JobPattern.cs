using Signet.Agent.Access;

namespace Signet.Agent.Configuration;

/// <summary>
/// A pattern of full job names, matched whole and segment by segment: <c>*</c> stands for any characters within one
/// segment, <c>**</c> as a segment of its own for any number of segments, none included; nothing else is special and
/// case counts. Neither stands for <see cref="JobName.EncodedSlash"/>, so that a job of a branch with a slash is granted
/// by a pattern that says so.
/// </summary>
/// <remarks>Immutable. Characters are compared by their code, so no two names that differ match the same literal.</remarks>
internal sealed class JobPattern
{
    private readonly string[] _segments;

    private JobPattern(string text)
    {
        Text = text;
        _segments = text.Split('/');
    }

    /// <summary>The text that it was made from.</summary>
    public string Text { get; }

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="FormatException">
    /// It is empty, has an empty segment, holds what no job name can hold (see <see cref="JobName"/>), or has
    /// <c>**</c> beside other characters in one segment, which could be read in two ways.
    /// </exception>
    public static JobPattern Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (JobName.FindProblem(text) is { } problem)
        {
            throw new FormatException(problem);
        }

        var pattern = new JobPattern(text);
        return Wildcard.IsProper(pattern._segments)
            ? pattern
            : throw new FormatException("'**' must be a segment of its own, as in products/**/main");
    }

    /// <summary>
    /// Whether the whole name matches. Takes time in proportion to the product of the two lengths at most, whatever they
    /// hold. Says nothing about whether the name is a proper one: ask <see cref="JobName.FindProblem(string)"/> first.
    /// </summary>
    public bool Matches(string jobFullName)
    {
        ArgumentNullException.ThrowIfNull(jobFullName);

        // As many of them in the name as in the pattern: then each is matched by one that is written there.
        return Count(jobFullName) == Count(Text) && Wildcard.MatchesSegments(_segments, jobFullName);
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static int Count(string text) => text.AsSpan().Count(JobName.EncodedSlash);
}
