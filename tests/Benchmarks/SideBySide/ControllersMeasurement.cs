using System.Diagnostics;
using System.Globalization;
using Signet.Testing.Agent;

namespace Signet.Benchmarks.SideBySide;

/// <summary>Many controllers at once for a minute, each with a connection of its own and one file after another.</summary>
internal sealed class ControllersMeasurement : IMeasurement
{
    private const int Most = 64;
    private const double MostUnfair = 2;
    private const double MostGrowth = 1.1;

    private static readonly TimeSpan Duration = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan DurationOfFew = TimeSpan.FromSeconds(10);

    public string Name => "controllers";

    public async Task MeasureAsync(MeasurementContext context, CancellationToken cancellationToken)
    {
        var file = context.Files.Program("controllers.exe", 20_000);
        var content = await File.ReadAllBytesAsync(file, cancellationToken);
        var agent = context.Bench.Node.Agent.Id;
        foreach (var few in new[] { 1, 8 })
        {
            var each = await RunAsync(context, content, few, DurationOfFew, cancellationToken);
            context.Table.Add(BenchmarkRow.Of(
                string.Create(CultureInfo.InvariantCulture, $"signet.controllers.{few}"), [each.Sum() / DurationOfFew.TotalSeconds], "files/s"));
        }

        // The connections and what they need once.
        await RunAsync(context, content, Most, DurationOfFew, cancellationToken);
        var before = ProcessMeter.ResidentMebibytes(agent);
        var signed = await RunAsync(context, content, Most, Duration, cancellationToken);
        var after = ProcessMeter.ResidentMebibytes(agent);
        var unfair = signed.Max() / (double)Math.Max(1, signed.Min());
        context.Table.Add(
            BenchmarkRow.Of("signet.controllers.64", [signed.Sum() / Duration.TotalSeconds], "files/s"),
            BenchmarkRow.Of("signet.controllers.64.unfairness", [unfair], "max/min")
                .Beside("the slowest", 1, "at most a factor of 2", unfair <= MostUnfair),
            BenchmarkRow.Of("signet.controllers.64.memory-before", [before], "MiB"),
            BenchmarkRow.Of("signet.controllers.64.memory-after", [after], "MiB")
                .Beside("before the minute", before, "at most a tenth more", after <= before * MostGrowth));
    }

    // An error of any of them ends the run.
    private static async Task<int[]> RunAsync(
        MeasurementContext context, byte[] content, int count, TimeSpan duration, CancellationToken cancellationToken)
    {
        var signed = new int[count];
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, count).Select(async index =>
        {
            using var controller = context.Bench.Node.Controller();
            while (watch.Elapsed < duration)
            {
                await controller.SignAsync(Names.Job, Names.Profile, "a.exe", content, cancellationToken);
                signed[index]++;
            }
        }));
        return signed;
    }
}
