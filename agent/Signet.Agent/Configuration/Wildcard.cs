namespace Signet.Agent.Configuration;

/// <summary>Matches one sequence against another that holds wildcards, without deep backtracking.</summary>
internal static class Wildcard
{
    private const string AnySegments = "**";

    /// <summary>Whether <c>**</c> stands in segments of its own alone; beside other characters it could be read in two ways.</summary>
    public static bool IsProper(string[] segments) => Array.TrueForAll(
        segments, segment => segment == AnySegments || !segment.Contains(AnySegments, StringComparison.Ordinal));

    /// <summary>
    /// Whether the whole text matches segment by segment: <c>*</c> stands for any characters within one segment, <c>**</c>
    /// for any number of segments, none included. Takes time in proportion to the product of the two lengths at most.
    /// </summary>
    /// <param name="segments">The pattern, split at <c>/</c>.</param>
    /// <param name="text">The text.</param>
    public static bool MatchesSegments(string[] segments, string text)
    {
        var names = text.Split('/');
        return Matches(
            segments.Length,
            names.Length,
            pattern => segments[pattern] == AnySegments,
            (pattern, name) => MatchesSegment(segments[pattern], names[name]));
    }

    /// <summary>
    /// Whether all of the items match all of the pattern. A wildcard stands for any number of items, none included.
    /// </summary>
    /// <param name="patternLength">Number of elements of the pattern.</param>
    /// <param name="itemCount">Number of items.</param>
    /// <param name="isWildcard">Whether this element of the pattern is a wildcard.</param>
    /// <param name="matches">Whether this element, no wildcard, matches this item.</param>
    /// <remarks>
    /// Only the last wildcard is ever tried again, with one item more: what an earlier one could take besides, the last
    /// one can take as well. So at most patternLength times itemCount comparisons are made.
    /// </remarks>
    public static bool Matches(int patternLength, int itemCount, Predicate<int> isWildcard, Func<int, int, bool> matches)
    {
        var (pattern, item) = (0, 0);
        var (lastWildcard, takenUpTo) = (-1, 0);
        while (item < itemCount)
        {
            if (pattern < patternLength && isWildcard(pattern))
            {
                (lastWildcard, takenUpTo) = (pattern, item);
                pattern++;
            }
            else if (pattern < patternLength && matches(pattern, item))
            {
                pattern++;
                item++;
            }
            else if (lastWildcard >= 0)
            {
                takenUpTo++;
                (pattern, item) = (lastWildcard + 1, takenUpTo);
            }
            else
            {
                return false;
            }
        }

        while (pattern < patternLength && isWildcard(pattern))
        {
            pattern++;
        }

        return pattern == patternLength;
    }

    private static bool MatchesSegment(string pattern, string name) => Matches(
        pattern.Length, name.Length, index => pattern[index] == '*', (left, right) => pattern[left] == name[right]);
}
