using System.Diagnostics;

namespace Signet.Benchmarks.SideBySide;

/// <summary>What people wait for: the status, the agent's start, a new token host.</summary>
internal sealed class StartMeasurement : IMeasurement
{
    private const double MostStatusMilliseconds = 200;

    public string Name => "start";

    public async Task MeasureAsync(MeasurementContext context, CancellationToken cancellationToken)
    {
        var node = context.Bench.Node;
        var status = new List<double>();
        for (var run = 0; run < 20; run++)
        {
            var start = Stopwatch.GetTimestamp();
            await node.RunAsync(["status"], cancellationToken);
            status.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        var row = BenchmarkRow.Of("signet.status", status, "ms");
        context.Table.Add(row.Beside("200 ms", MostStatusMilliseconds, "less than that", row.Value < MostStatusMilliseconds));

        var hosts = await context.RepeatAsync(async () =>
        {
            var start = Stopwatch.GetTimestamp();
            await node.KillTokenHostAsync(cancellationToken);
            var elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            await node.UnlockAsync(cancellationToken);
            return elapsed;
        });
        context.Table.Add(BenchmarkRow.Of("signet.recovery.killed-host", hosts, "ms"));

        var starts = await context.RepeatAsync(async () =>
        {
            await node.Agent.StopAsync(cancellationToken);
            var start = Stopwatch.GetTimestamp();
            await node.StartAgentAsync(cancellationToken);
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        });
        context.Table.Add(BenchmarkRow.Of("signet.agent.start", starts, "ms"));
        await node.UnlockAsync(cancellationToken);
    }
}
