using Signet.Testing.Agent;
using Signet.Testing.Tools;

namespace Signet.Benchmarks.SideBySide;

/// <summary>Large files: as fast as the link, in memory that does not grow.</summary>
internal sealed class LargeFilesMeasurement : IMeasurement
{
    private const double LeastOfLink = 0.7;
    private const double MostMegabytes = 150;
    private const double MegabytesOfMebibyte = (1 << 20) / 1e6;

    // For the manifest, for the format, for the signed file, and by the verifier.
    private const int Hashes = 4;

    public string Name => "large";

    public async Task MeasureAsync(MeasurementContext context, CancellationToken cancellationToken)
    {
        await MeasureAsync(context, "pe.100MB", context.Files.Program("100MB.exe", 100_000_000), cancellationToken);
        await MeasureAsync(context, "msi.500MB", await InstallerAsync(context, 500_000_000, cancellationToken), cancellationToken);
        await MeasureAsync(context, "pe.1GB", context.Files.Program("1GB.exe", 1_000_000_000), cancellationToken);
        var host = await context.Bench.HostIdAsync(cancellationToken);
        context.Table.Add(
            BenchmarkRow.Of("signet.memory.agent.resident", [ProcessMeter.PeakMebibytes(context.Bench.Node.Agent.Id)], "MiB"),
            BenchmarkRow.Of("signet.memory.host.resident", [ProcessMeter.PeakMebibytes(host)], "MiB"));
    }

    private static async Task<string> InstallerAsync(MeasurementContext context, int bytes, CancellationToken cancellationToken)
    {
        var path = context.Directory.File("500MB.msi");
        await File.WriteAllBytesAsync(
            path, await WixPackage.MakeAsync(context.Directory, bytes, cancellationToken), cancellationToken);
        return path;
    }

    private static async Task MeasureAsync(MeasurementContext context, string name, string file, CancellationToken cancellationToken)
    {
        var megabytes = new FileInfo(file).Length / 1e6;
        var peer = new OsslsigncodePeer(
            context.Bench.Token, Names.Key, context.Bench.Node.Files.ChainOf(Names.Key), context.Directory.Path);
        var link = new List<double>();
        var uploads = new List<RawGrpcUpload>();
        var hashRates = new List<double>();
        var spools = new List<double>();
        var signet = new List<LargeFile>();
        var peers = new List<double>();
        var memory = new List<double>();
        await using var grpc = await RawGrpcServer.StartAsync(context.Bench.Node.Files.Tls, cancellationToken);
        for (var repeat = 0; repeat < context.Options.Repeats; repeat++)
        {
            link.Add(await RawLimits.UploadRateAsync(context.Bench.Node.Files.Tls, file, cancellationToken));
            uploads.Add(await grpc.UploadAsync(file, cancellationToken));
            hashRates.Add(RawLimits.HashRate());
            spools.Add(RawLimits.SpoolCpuSeconds(context.Directory.Path, new FileInfo(file).Length));
            var watch = new MemoryWatch(context.Bench.Node.Agent.Id);
            await using (watch)
            {
                signet.Add(await context.Bench.LargeFileAsync(file, cancellationToken));
            }

            memory.Add(watch.MostMebibytes * MegabytesOfMebibyte);
            peers.Add(await peer.SignAsync(file, cancellationToken) / 1e3);
        }

        var limit = BenchmarkRow.Of($"limit.tls-upload.{name}", link, "MB/s");
        var rate = BenchmarkRow.Of($"signet.{name}", signet.Select(one => megabytes / one.Seconds), "MB/s");
        var time = BenchmarkRow.Of($"signet.{name}.time", signet.Select(one => one.Seconds), "s");
        var peerTime = BenchmarkRow.Of($"peer.osslsigncode.{name}", peers, "s");
        var upload = BenchmarkRow.Of($"limit.grpc-upload.{name}", uploads.Select(one => megabytes / one.Seconds), "MB/s");
        // All processors busy all the time, with nothing but these three.
        var atLeast = BenchmarkRow.Of(
            $"limit.grpc-upload-hashes-spool.{name}.time",
            uploads.Zip(hashRates, spools).Select(
                one => (one.First.CpuSeconds + (Hashes * megabytes / one.Second) + one.Third) / Environment.ProcessorCount),
            "s");
        var peerWithCopy = peerTime.Value + (megabytes / limit.Value);
        var agent = BenchmarkRow.Of($"signet.{name}.memory.agent", memory, "MB");
        context.Table.Add(
            limit,
            upload.Beside("raw TLS upload", limit.Value),
            atLeast,
            peerTime,
            rate.Beside("raw TLS upload", limit.Value, "at least 0.7 of it", rate.Value >= LeastOfLink * limit.Value),
            time.Beside("osslsigncode and the copy over TLS", peerWithCopy, "less than that", time.Value < peerWithCopy),
            (time with { Name = $"signet.{name}.time.limit" }).Beside("a gRPC upload, four hashes and the spool", atLeast.Value),
            BenchmarkRow.Of($"signet.{name}.cpu.agent", signet.Select(one => one.AgentCpu), "s"),
            BenchmarkRow.Of($"signet.{name}.cpu.client", signet.Select(one => one.ClientCpu), "s"),
            agent.Beside("150 MB", MostMegabytes, "less than that each time", agent.Highest < MostMegabytes));
        File.Delete(file);
    }
}
