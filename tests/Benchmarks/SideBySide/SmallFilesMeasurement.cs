using System.Diagnostics;
using System.Globalization;
using Signet.Testing.Agent;

namespace Signet.Benchmarks.SideBySide;

/// <summary>A thousand small files in one request, by the .NET client and by the plugin's Java client.</summary>
internal sealed class SmallFilesMeasurement : IMeasurement
{
    private const int Files = 1000;
    private const int FilesOfPeer = 100;
    private const int FileBytes = 20_000;
    private const int WarmUps = 10;
    private const int Most = 16;
    private const double LeastOfRaw = 0.6;
    private const double LeastOfPeer = 4;

    public string Name => "small";

    public async Task MeasureAsync(MeasurementContext context, CancellationToken cancellationToken)
    {
        var file = context.Files.Program("thousand.exe", FileBytes);
        var content = await File.ReadAllBytesAsync(file, cancellationToken);

        // An agent runs for weeks; its first files, while .NET still compiles what is used often, are not what is measured.
        for (var warmUp = 0; warmUp < WarmUps; warmUp++)
        {
            await context.Bench.ThroughputAsync(Names.Profile, content, Files, Most, cancellationToken);
        }

        foreach (var parallelism in new[] { 1, 4 })
        {
            var measured = await context.RepeatAsync(
                () => context.Bench.ThroughputAsync(Names.Profile, content, Files, parallelism, cancellationToken));
            AddRows(context.Table, string.Create(CultureInfo.InvariantCulture, $"signet.small.p{parallelism}"), measured);
        }

        await MeasureMostAsync(context, file, content, cancellationToken);
        await MeasureKeyAsync(context, "rsa4096", rsa: true, content, cancellationToken);
        await MeasureKeyAsync(context, "p256", rsa: false, content, cancellationToken);
        await MeasureJavaAsync(context, content, cancellationToken);
    }

    private static async Task MeasureMostAsync(
        MeasurementContext context, string file, byte[] content, CancellationToken cancellationToken)
    {
        var peer = new OsslsigncodePeer(
            context.Bench.Token, Names.Key, context.Bench.Node.Files.ChainOf(Names.Key), context.Directory.Path);
        var raw = new List<double>();
        var peers = new List<double>();
        var signet = new List<Throughput>();
        var uploads = new List<RawGrpcUpload>();
        await using var grpc = await RawGrpcServer.StartAsync(context.Bench.Node.Files.Tls, cancellationToken);
        for (var warmUp = 0; warmUp < WarmUps; warmUp++)
        {
            await grpc.UploadAsync(content, Files, Most, cancellationToken);
        }

        for (var repeat = 0; repeat < context.Options.Repeats; repeat++)
        {
            raw.Add((await RawSigning.MeasureAsync(context.Bench.Token, Names.Key, rsa: true, threads: 2, cancellationToken)).PerSecond);
            signet.Add(await context.Bench.ThroughputAsync(Names.Profile, content, Files, Most, cancellationToken));
            peers.Add(await peer.RateOfTwoAsync(file, FilesOfPeer, cancellationToken));
            uploads.Add(await grpc.UploadAsync(content, Files, Most, cancellationToken));
        }

        var limit = BenchmarkRow.Of("limit.csign.rsa3072.t2.beside", raw, "1/s");
        var peerRate = BenchmarkRow.Of("peer.osslsigncode.two-at-a-time", peers, "files/s");
        var rate = BenchmarkRow.Of("signet.small.p16", signet.Select(one => one.FilesPerSecond), "files/s");
        context.Table.Add(
            limit,
            BenchmarkRow.Of("limit.grpc-upload.small.cpu", uploads.Select(one => one.CpuSeconds * 1e3 / Files), "ms/file"),
            peerRate,
            BenchmarkRow.Of("peer.osslsigncode.failed-runs", [peer.Failures], "runs"),
            rate.Beside("raw C_Sign, two threads", limit.Value, "at least 0.6 of it", rate.Value >= LeastOfRaw * limit.Value),
            (rate with { Name = "signet.small.p16.peer" }).Beside(
                "osslsigncode two at a time", peerRate.Value, "at least 4 times", rate.Value >= LeastOfPeer * peerRate.Value));
        AddProcessors(context.Table, "signet.small.p16", signet);
    }

    private static async Task MeasureKeyAsync(
        MeasurementContext context, string key, bool rsa, byte[] content, CancellationToken cancellationToken)
    {
        var raw = await context.RepeatAsync(
            () => RawSigning.MeasureAsync(context.Bench.Token, key, rsa, threads: 2, cancellationToken));
        var signet = await context.RepeatAsync(
            () => context.Bench.ThroughputAsync(key, content, Files, Most, cancellationToken));
        var limit = BenchmarkRow.Of("limit", raw.Select(one => one.PerSecond), "1/s").Value;
        context.Table.Add(BenchmarkRow.Of($"signet.small.{key}.p16", signet.Select(one => one.FilesPerSecond), "files/s")
            .Beside("raw C_Sign, two threads", limit));
    }

    private static void AddRows(BenchmarkTable table, string name, IReadOnlyList<Throughput> measured)
    {
        table.Add(BenchmarkRow.Of(name, measured.Select(one => one.FilesPerSecond), "files/s"));
        AddProcessors(table, name, measured);
    }

    private static void AddProcessors(BenchmarkTable table, string name, IReadOnlyList<Throughput> measured) => table.Add(
        BenchmarkRow.Of(name + ".cpu.agent", measured.Select(one => one.AgentCpu), "ms/file"),
        BenchmarkRow.Of(name + ".cpu.host", measured.Select(one => one.HostCpu), "ms/file"),
        BenchmarkRow.Of(name + ".cpu.client", measured.Select(one => one.ClientCpu), "ms/file"));

    // From the start of a Java virtual machine to its end, as the command line runs it.
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

            var watch = Stopwatch.StartNew();
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
