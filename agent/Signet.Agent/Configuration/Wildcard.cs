namespace Signet.Agent.Configuration;

/// <summary>Matches one sequence against another that holds wildcards, without deep backtracking.</summary>
internal static class Wildcard
{
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
}
