using Signet.Testing.Agent;

namespace Signet.Benchmarks.SideBySide;

/// <summary>One file of 100 KB on a warm connection: the request opened, uploaded, signed, recorded twice, answered.</summary>
internal sealed class LatencyMeasurement : IMeasurement
{
    private const int Files = 300;
    private const int WarmUps = 3000;
    private const int FileBytes = 100_000;
    private const double MostOverMedian = 4;
    private const double MostOverP99 = 15;

    public string Name => "latency";

    public async Task MeasureAsync(MeasurementContext context, CancellationToken cancellationToken)
    {
        var file = context.Files.Program("small.exe", FileBytes);
        var content = await File.ReadAllBytesAsync(file, cancellationToken);
        var peer = new OsslsigncodePeer(
            context.Bench.Token, Names.Key, context.Bench.Node.Files.ChainOf(Names.Key), context.Directory.Path);

        // An agent runs for weeks; its first files, while .NET still compiles what is used often, are not what is measured.
        await context.Bench.LatenciesAsync(content, WarmUps, cancellationToken);
        var raw = new List<RawSigning>();
        var medians = new List<double>();
        var tails = new List<double>();
        var peers = new List<double>();
        for (var repeat = 0; repeat < context.Options.Repeats; repeat++)
        {
            raw.Add(await RawSigning.MeasureAsync(context.Bench.Token, Names.Key, rsa: true, threads: 1, cancellationToken));
            var times = await context.Bench.LatenciesAsync(content, Files, cancellationToken);
            medians.Add(Statistics.Median(times));
            tails.Add(Statistics.Percentile(times, 99));
            for (var run = 0; run < 10; run++)
            {
                peers.Add(await peer.SignAsync(file, cancellationToken));
            }
        }

        var limit = Statistics.Median([.. raw.Select(one => one.MedianMilliseconds).Order()]);
        var median = BenchmarkRow.Of("signet.latency.100KB.p50", medians, "ms");
        var tail = BenchmarkRow.Of("signet.latency.100KB.p99", tails, "ms");
        context.Table.Add(
            BenchmarkRow.Of("peer.osslsigncode.100KB", peers, "ms"),
            median.Beside("one raw C_Sign", limit, "at most 4 ms more", median.Value <= limit + MostOverMedian),
            tail.Beside("one raw C_Sign", limit, "at most 15 ms more", tail.Value <= limit + MostOverP99));
    }
}
