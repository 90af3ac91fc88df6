namespace Signet.Agent.Configuration.Reading;

/// <summary>Finds the word that somebody probably meant.</summary>
internal static class NearMiss
{
    /// <summary>
    /// The known word nearest to <paramref name="text"/>, at most one change away for short words and two or three for
    /// longer ones, ignoring case; null where none is near.
    /// </summary>
    public static string? Find(string text, IEnumerable<string> known)
    {
        if (text.Length > 64)
        {
            return null;
        }

        var nearest = known
            .Select(word => (Word: word, Distance: Distance(text.ToUpperInvariant(), word.ToUpperInvariant())))
            .Where(pair => pair.Distance <= Math.Max(1, Math.Min(pair.Word.Length, text.Length) / 3))
            .OrderBy(pair => pair.Distance)
            .ThenBy(pair => pair.Word, StringComparer.Ordinal)
            .FirstOrDefault();
        return nearest.Word;
    }

    /// <summary>The words ", did you mean 'x'?" or nothing.</summary>
    public static string Hint(string text, IEnumerable<string> known) =>
        Find(text, known) is { } word ? $"; did you mean '{word}'?" : string.Empty;

    /// <summary>Optimal string alignment distance: insertions, deletions, changes and swaps of neighbours.</summary>
    private static int Distance(string left, string right)
    {
        var table = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++)
        {
            table[i, 0] = i;
        }

        for (var j = 0; j <= right.Length; j++)
        {
            table[0, j] = j;
        }

        for (var i = 1; i <= left.Length; i++)
        {
            for (var j = 1; j <= right.Length; j++)
            {
                var change = left[i - 1] == right[j - 1] ? 0 : 1;
                var best = Math.Min(
                    Math.Min(table[i - 1, j] + 1, table[i, j - 1] + 1), table[i - 1, j - 1] + change);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                {
                    best = Math.Min(best, table[i - 2, j - 2] + 1);
                }

                table[i, j] = best;
            }
        }

        return table[left.Length, right.Length];
    }
}
