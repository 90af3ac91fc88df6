namespace Signet.Benchmarks.SideBySide;

/// <summary>One figure of a run.</summary>
/// <param name="Name">What was measured, for instance "signet.small.p16".</param>
/// <param name="Value">The median of the repeats.</param>
/// <param name="Unit">For instance "ms" or "files/s".</param>
/// <param name="Lowest">The lowest of the repeats.</param>
/// <param name="Highest">The highest of the repeats.</param>
internal sealed record BenchmarkRow(string Name, double Value, string Unit, double Lowest, double Highest)
{
    /// <summary>Limit or peer that it is compared with; null for none.</summary>
    public double? Reference { get; init; }

    /// <summary>What the reference is; null for none.</summary>
    public string? ReferenceName { get; init; }

    /// <summary>What was asked for, in words; null for nothing.</summary>
    public string? Goal { get; init; }

    /// <summary>Whether the goal is met; null where there is none.</summary>
    public bool? Holds { get; init; }

    /// <summary>Value over reference.</summary>
    public double? Ratio => Reference is > 0 ? Value / Reference : null;

    /// <summary>The row of several repeats.</summary>
    public static BenchmarkRow Of(string name, IEnumerable<double> values, string unit)
    {
        var sorted = values.Order().ToArray();
        return new BenchmarkRow(name, Statistics.Median(sorted), unit, sorted[0], sorted[^1]);
    }

    /// <summary>The same row beside a reference, without a goal.</summary>
    public BenchmarkRow Beside(string referenceName, double reference) =>
        this with { ReferenceName = referenceName, Reference = reference };

    /// <summary>The same row beside a reference, with a goal.</summary>
    public BenchmarkRow Beside(string referenceName, double reference, string goal, bool holds) =>
        this with { ReferenceName = referenceName, Reference = reference, Goal = goal, Holds = holds };
}
