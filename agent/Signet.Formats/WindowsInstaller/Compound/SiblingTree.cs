namespace Signet.Formats.WindowsInstaller.Compound;

/// <summary>
/// Arranges the members of a storage as the red-black tree that [MS-CFB] section 2.6.4 asks for, whatever order a writer
/// left them in: balanced, all black but for the lowest level where that one has gaps. So no two reds follow each other
/// and every way down passes as many blacks.
/// </summary>
internal static class SiblingTree
{
    /// <summary>Compares names without regard to case.</summary>
    public static IEqualityComparer<string> NameComparer { get; } = EqualityComparer<string>.Create(
        (left, right) => Compare(left!, right!) == 0,
        name => string.GetHashCode(name.ToUpperInvariant(), StringComparison.Ordinal));

    /// <summary>Shorter names come first; names of one length go by their code units in upper case.</summary>
    public static int Compare(string left, string right)
    {
        if (left.Length != right.Length)
        {
            return left.Length.CompareTo(right.Length);
        }

        for (var index = 0; index < left.Length; index++)
        {
            var order = char.ToUpperInvariant(left[index]).CompareTo(char.ToUpperInvariant(right[index]));
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }

    /// <summary>Arranges them.</summary>
    /// <returns>The entry at the top.</returns>
    public static uint Arrange(IEnumerable<DirectoryEntry> members)
    {
        var sorted = members.OrderBy(member => member.Name, Comparer<string>.Create(Compare)).ToList();
        var levels = 0;
        while (1L << levels <= sorted.Count)
        {
            levels++;
        }

        // Where the lowest level is full it is black too.
        var redLevel = 1L << levels == sorted.Count + 1L ? -1 : levels - 1;
        return Place(sorted, 0, sorted.Count, 0, redLevel);
    }

    private static uint Place(List<DirectoryEntry> sorted, int from, int to, int level, int redLevel)
    {
        if (from == to)
        {
            return SectorNumber.Free;
        }

        var middle = from + ((to - from) / 2);
        sorted[middle].SetPlace(
            Place(sorted, from, middle, level + 1, redLevel),
            Place(sorted, middle + 1, to, level + 1, redLevel),
            level == redLevel);
        return sorted[middle].Id;
    }
}
