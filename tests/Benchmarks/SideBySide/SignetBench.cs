using System.Diagnostics;
using Signet.Testing.Agent;
using Signet.Testing.SoftHsm;

namespace Signet.Benchmarks.SideBySide;

/// <summary>A whole signing node that is measured: agent and token host as processes, ledger with full sync, mutual TLS.</summary>
internal sealed class SignetBench : IAsyncDisposable
{
    private readonly AgentEnvironment _node;

    private SignetBench(AgentEnvironment node) => _node = node;

    public AgentEnvironment Node => _node;

    public SoftHsmToken Token => _node.Token!;

    public static async Task<SignetBench> StartAsync(CancellationToken cancellationToken)
    {
        var options = new AgentOptions
        {
            Keys = [new() { Type = "rsa:3072" }, new() { Name = "rsa4096", Type = "rsa:4096" }, new() { Name = "p256" }],
            Sessions = 4,
            Profiles =
            [
                Profile(Names.Profile, Names.Key, "pe", "msi"), Profile("rsa4096", "rsa4096", "pe"), Profile("p256", "p256", "pe"),
            ],
            Grants = [new() { Profiles = [Names.Profile, "rsa4096", "p256"] }],
        };
        return new SignetBench(await AgentEnvironment.StartUnlockedAsync(options, cancellationToken));
    }

    /// <summary>One request with one file after another on a warm connection, from opening the request to its edits.</summary>
    /// <returns>Milliseconds of each, sorted.</returns>
    public async Task<double[]> LatenciesAsync(byte[] content, int count, CancellationToken cancellationToken)
    {
        using var controller = _node.Controller();
        var times = new double[count];
        for (var index = -20; index < count; index++)
        {
            var start = Stopwatch.GetTimestamp();
            await controller.SignAsync(Names.Job, Names.Profile, "a.exe", content, cancellationToken);
            if (index >= 0)
            {
                times[index] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }
        }

        Array.Sort(times);
        return times;
    }

    /// <summary>Many files in one request, so many at a time.</summary>
    public async Task<Throughput> ThroughputAsync(
        string profile, byte[] content, int files, int parallelism, CancellationToken cancellationToken)
    {
        using var controller = _node.Controller();
        var entries = Enumerable.Range(0, files).Select(index => ($"dist/{index}.exe", content)).ToArray();
        var before = await CpuAsync(cancellationToken);
        var own = Environment.CpuUsage.TotalTime;
        var start = Stopwatch.GetTimestamp();
        var request = await controller.CreateRequestAsync(
            ControllerClient.NewRequest(Names.Job, profile, entries), cancellationToken);
        await Parallel.ForEachAsync(
            entries, new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellationToken },
            async (entry, cancelled) =>
            {
                using var stream = new MemoryStream(entry.content, writable: false);
                await controller.SignFileAsync(request.RequestId, entry.Item1, stream, cancelled);
            });
        var elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var after = await CpuAsync(cancellationToken);
        return new Throughput(
            files / elapsed,
            (after.Agent - before.Agent) * 1e3 / files,
            (after.Host - before.Host) * 1e3 / files,
            (Environment.CpuUsage.TotalTime - own).TotalMilliseconds / files);
    }

    /// <summary>One large file.</summary>
    /// <returns>Seconds, its hash for the manifest not counted: a build has that already; processor time in milliseconds.</returns>
    public async Task<LargeFile> LargeFileAsync(string path, CancellationToken cancellationToken)
    {
        using var controller = _node.Controller();
        var manifest = await BenchmarkFiles.DescribeAsync(path, Path.GetFileName(path), cancellationToken);
        await using var content = File.OpenRead(path);
        var before = await CpuAsync(cancellationToken);
        var own = Environment.CpuUsage.TotalTime;
        var start = Stopwatch.GetTimestamp();
        var request = await controller.CreateRequestAsync(
            ControllerClient.NewRequest(Names.Job, Names.Profile, [manifest]), cancellationToken);
        await controller.SignFileAsync(request.RequestId, manifest.Name, content, cancellationToken);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var after = await CpuAsync(cancellationToken);
        return new LargeFile(
            seconds, after.Agent - before.Agent, (Environment.CpuUsage.TotalTime - own).TotalSeconds);
    }

    public async Task<int> HostIdAsync(CancellationToken cancellationToken) =>
        (await _node.Agent.GetStatusAsync(cancellationToken)).Tokens.Single().HostProcessId;

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    private static ProfileOptions Profile(string name, string key, params IReadOnlyList<string> formats) => new()
    {
        Name = name,
        Key = key,
        Formats = formats,
        Timestamped = false,
        Limits = "{ files: 10000, fileSize: 4GB }",
    };

    private async Task<(double Agent, double Host)> CpuAsync(CancellationToken cancellationToken) =>
        (ProcessMeter.CpuSeconds(_node.Agent.Id), ProcessMeter.CpuSeconds(await HostIdAsync(cancellationToken)));
}

/// <summary>What many small files cost.</summary>
/// <param name="FilesPerSecond">Rate of the whole.</param>
/// <param name="AgentCpu">Milliseconds of processor time of the agent for one file.</param>
/// <param name="HostCpu">The same of the token host, the token's own work included.</param>
/// <param name="ClientCpu">The same of the client.</param>
internal sealed record Throughput(double FilesPerSecond, double AgentCpu, double HostCpu, double ClientCpu);

/// <summary>What a large file costs.</summary>
/// <param name="Seconds">From opening the request to its edits.</param>
/// <param name="AgentCpu">Seconds of processor time of the agent.</param>
/// <param name="ClientCpu">The same of the client.</param>
internal sealed record LargeFile(double Seconds, double AgentCpu, double ClientCpu);
