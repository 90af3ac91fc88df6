using System.Diagnostics;
using Signet.Testing.Agent;

namespace Signet.Benchmarks.SideBySide;

/// <summary>Large files: as fast as the link, in memory that does not grow.</summary>
internal sealed class LargeFilesMeasurement : IMeasurement
{
    private const double LeastOfLink = 0.7;
    private const double MostMebibytes = 150;

    public string Name => "large";

    public async Task MeasureAsync(MeasurementContext context, CancellationToken cancellationToken)
    {
        await MeasureAsync(context, "100MB", 100_000_000, cancellationToken);
        await MeasureAsync(context, "1GB", 1_000_000_000, cancellationToken);
        var memory = ProcessMeter.PeakMebibytes(context.Bench.Node.Agent.Id);
        var host = ProcessMeter.PeakMebibytes(await context.Bench.HostIdAsync(cancellationToken));
        context.Table.Add(
            BenchmarkRow.Of("signet.memory.agent", [memory], "MiB").Beside("150 MB", MostMebibytes, "less than that", memory < MostMebibytes),
            BenchmarkRow.Of("signet.memory.host", [host], "MiB"));
    }

    private static async Task MeasureAsync(MeasurementContext context, string name, long bytes, CancellationToken cancellationToken)
    {
        var file = context.Files.Program(name + ".exe", bytes);
        var peer = new OsslsigncodePeer(
            context.Bench.Token, Names.Key, context.Bench.Node.Files.ChainOf(Names.Key), context.Directory.Path);
        var link = new List<double>();
        var signet = new List<double>();
        var peers = new List<double>();
        for (var repeat = 0; repeat < context.Options.Repeats; repeat++)
        {
            link.Add(await RawLimits.UploadRateAsync(context.Bench.Node.Files.Tls, file, cancellationToken));
            signet.Add(await context.Bench.LargeFileAsync(file, cancellationToken));
            var watch = Stopwatch.StartNew();
            await peer.SignAsync(file, cancellationToken);
            peers.Add(watch.Elapsed.TotalSeconds);
        }

        var limit = BenchmarkRow.Of("link", link, "MB/s").Value;
        var rate = BenchmarkRow.Of($"signet.pe.{name}", signet.Select(seconds => bytes / 1e6 / seconds), "MB/s");
        var time = BenchmarkRow.Of($"signet.pe.{name}.time", signet, "s");
        var peerWithCopy = Statistics.Median([.. peers.Order()]) + bytes / 1e6 / limit;
        context.Table.Add(
            BenchmarkRow.Of($"peer.osslsigncode.{name}", peers, "s"),
            rate.Beside("raw TLS upload", limit, "at least 0.7 of it", rate.Value >= LeastOfLink * limit),
            time.Beside("osslsigncode and the copy over TLS", peerWithCopy, "less than that", time.Value < peerWithCopy));
        File.Delete(file);
    }
}
