using System.Globalization;

namespace Signet.Benchmarks.SideBySide;

/// <summary>What the token, the processor, the loopback and the disk give at most.</summary>
internal sealed class LimitMeasurement : IMeasurement
{
    private static readonly (string Key, string Name, bool Rsa)[] Keys =
        [(Testing.Agent.Names.Key, "rsa3072", true), ("rsa4096", "rsa4096", true), ("p256", "p256", false)];

    public string Name => "limits";

    public async Task MeasureAsync(MeasurementContext context, CancellationToken cancellationToken)
    {
        foreach (var (key, name, rsa) in Keys)
        {
            foreach (var threads in new[] { 1, 2 })
            {
                var measured = await context.RepeatAsync(
                    () => RawSigning.MeasureAsync(context.Bench.Token, key, rsa, threads, cancellationToken));
                var prefix = string.Create(CultureInfo.InvariantCulture, $"limit.csign.{name}.t{threads}");
                context.Table.Add(
                    BenchmarkRow.Of(prefix, measured.Select(raw => raw.PerSecond), "1/s"),
                    BenchmarkRow.Of(prefix + ".p50", measured.Select(raw => raw.MedianMilliseconds), "ms"),
                    BenchmarkRow.Of(prefix + ".p99", measured.Select(raw => raw.P99Milliseconds), "ms"));
            }
        }

        var file = context.Files.Program("limit.exe", 200 << 20);
        var uploads = await context.RepeatAsync(
            () => RawLimits.UploadRateAsync(context.Bench.Node.Files.Tls, file, cancellationToken));
        var syncs = RawLimits.SyncTimes(context.Directory.Path);
        context.Table.Add(
            BenchmarkRow.Of("limit.sha256", await context.RepeatAsync(() => Task.FromResult(RawLimits.HashRate())), "MB/s"),
            BenchmarkRow.Of("limit.tls-upload", uploads, "MB/s"),
            BenchmarkRow.Of("limit.sync.p50", [Statistics.Median(syncs)], "ms"),
            BenchmarkRow.Of("limit.sync.p99", [Statistics.Percentile(syncs, 99)], "ms"));
        File.Delete(file);
    }
}
