namespace Signet.Benchmarks.SideBySide;

/// <summary>Figures over samples.</summary>
internal static class Statistics
{
    /// <summary>The middle of sorted samples.</summary>
    public static double Median(IReadOnlyList<double> sorted) => Percentile(sorted, 50);

    /// <summary>The sample below which so many percent of the sorted samples lie (nearest rank).</summary>
    public static double Percentile(IReadOnlyList<double> sorted, int percent) =>
        sorted[Math.Clamp((int)Math.Ceiling(sorted.Count * percent / 100.0) - 1, 0, sorted.Count - 1)];
}
