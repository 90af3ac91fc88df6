using Signet.Testing.Tools;

namespace Signet.Benchmarks.SideBySide;

/// <summary>Limits, peers and Signet, measured in turn on one machine in one run.</summary>
internal sealed class SideBySideRun(string file, SideBySideOptions options, TextWriter output)
{
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var table = new BenchmarkTable(file, output);
        using var directory = new TemporaryDirectory();
        await using var bench = await SignetBench.StartAsync(cancellationToken);
        var context = new MeasurementContext(table, options, bench, new BenchmarkFiles(directory.Path), directory);
        foreach (var measurement in Measurements().Where(measurement => options.Takes(measurement.Name)))
        {
            await output.WriteLineAsync($"-- {measurement.Name}");
            await measurement.MeasureAsync(context, cancellationToken);
        }

        return table.Holds ? 0 : 2;
    }

    // The limits first: the others are held against them.
    private static IEnumerable<IMeasurement> Measurements() =>
    [
        new LimitMeasurement(),
        new LatencyMeasurement(),
        new SmallFilesMeasurement(),
        new LargeFilesMeasurement(),
        new StartMeasurement(),
        new ControllersMeasurement(),
        new RequestSizeMeasurement(),
        new LedgerMeasurement(),
    ];
}
