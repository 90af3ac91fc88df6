using Signet.Testing.Tools;

namespace Signet.Benchmarks.SideBySide;

/// <summary>Something that is measured, with its limits and peers interleaved.</summary>
internal interface IMeasurement
{
    /// <summary>Name for --only.</summary>
    string Name { get; }

    Task MeasureAsync(MeasurementContext context, CancellationToken cancellationToken);
}

/// <summary>What measurements share.</summary>
internal sealed record MeasurementContext(
    BenchmarkTable Table, SideBySideOptions Options, SignetBench Bench, BenchmarkFiles Files, TemporaryDirectory Directory)
{
    /// <summary>Takes a figure as often as the options say.</summary>
    public async Task<List<T>> RepeatAsync<T>(Func<Task<T>> measure)
    {
        var values = new List<T>();
        for (var repeat = 0; repeat < Options.Repeats; repeat++)
        {
            values.Add(await measure());
        }

        return values;
    }
}
