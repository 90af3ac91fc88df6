using System.Globalization;
using Signet.Testing.Agent;

namespace Signet.Benchmarks.SideBySide;

/// <summary>A thousand small files in one request, by the .NET client and by the plugin's Java client.</summary>
internal sealed class SmallFilesMeasurement : IMeasurement
{
    private const int Files = 1000;
    private const int FileBytes = 20_000;
    private const double LeastOfRaw = 0.6;
    private const double LeastOfPeer = 4;

    public string Name => "small";

    public async Task MeasureAsync(MeasurementContext context, CancellationToken cancellationToken)
    {
        var file = context.Files.Program("thousand.exe", FileBytes);
        var content = await File.ReadAllBytesAsync(file, cancellationToken);
        var peer = new OsslsigncodePeer(
            context.Bench.Token, Names.Key, context.Bench.Node.Files.ChainOf(Names.Key), context.Directory.Path);
        foreach (var parallelism in new[] { 16 })
        {
            var raw = new List<double>();
            var peers = new List<double>();
            var signet = new List<Throughput>();
            for (var repeat = 0; repeat < context.Options.Repeats; repeat++)
            {
                raw.Add((await RawSigning.MeasureAsync(context.Bench.Token, Names.Key, rsa: true, threads: 2, cancellationToken)).PerSecond);
                signet.Add(await context.Bench.ThroughputAsync(content, Files, parallelism, cancellationToken));
                if (repeat == 0)
                {
                    peers.Add(await peer.RateOfTwoAsync(file, 200, cancellationToken));
                }
            }

            AddRows(context.Table, parallelism, raw, peers, signet);
        }

        await MeasureJavaAsync(context, content, cancellationToken);
    }

    private static void AddRows(
        BenchmarkTable table, int parallelism, List<double> raw, List<double> peers, List<Throughput> signet)
    {
        var prefix = string.Create(CultureInfo.InvariantCulture, $"signet.small.p{parallelism}");
        var rate = BenchmarkRow.Of(prefix, signet.Select(one => one.FilesPerSecond), "files/s");
        if (parallelism == 16)
        {
            var limit = BenchmarkRow.Of("limit.csign", raw, "1/s").Value;
            var peer = BenchmarkRow.Of("peer.osslsigncode.two-at-a-time", peers, "files/s");
            table.Add(
                peer,
                rate.Beside("raw C_Sign, two threads", limit, "at least 0.6 of it", rate.Value >= LeastOfRaw * limit),
                (rate with { Name = prefix + ".peer" }).Beside(
                    "osslsigncode two at a time", peer.Value, "at least 4 times", rate.Value >= LeastOfPeer * peer.Value));
        }
        else
        {
            table.Add(rate);
        }

        table.Add(
            BenchmarkRow.Of(prefix + ".cpu.agent", signet.Select(one => one.AgentCpu), "ms/file"),
            BenchmarkRow.Of(prefix + ".cpu.host", signet.Select(one => one.HostCpu), "ms/file"),
            BenchmarkRow.Of(prefix + ".cpu.client", signet.Select(one => one.ClientCpu), "ms/file"));
    }

    private static async Task MeasureJavaAsync(MeasurementContext context, byte[] content, CancellationToken cancellationToken)
    {
        var rates = new List<double>();
        for (var repeat = 0; repeat < context.Options.Repeats; repeat++)
        {
            var workspace = context.Directory.File($"java-{repeat}");
            Directory.CreateDirectory(workspace);
            var names = Enumerable.Range(0, Files).Select(index => $"{index}.exe").ToArray();
            foreach (var name in names)
            {
                await File.WriteAllBytesAsync(Path.Combine(workspace, name), content, cancellationToken);
            }

            var watch = System.Diagnostics.Stopwatch.StartNew();
            var result = await JavaClient.RunAsync(
                context.Bench.Node, new JavaSigning { Workspace = workspace, Files = names, More = ["--parallelism", "16"] }, cancellationToken);
            if (result.ExitCode != 0)
            {
                throw new InvalidOperationException("The Java client failed: " + result.All);
            }

            rates.Add(Files / watch.Elapsed.TotalSeconds);
            Directory.Delete(workspace, recursive: true);
        }

        context.Table.Add(BenchmarkRow.Of("signet.small.java.p16", rates, "files/s"));
    }
}
