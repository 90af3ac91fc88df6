using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Signet.Benchmarks.Micro;
using Signet.Benchmarks.SideBySide;

const string usage = """
    usage: Signet.Benchmarks side-by-side FILE [--only=NAME,...] [--repeats=N]
                                              limits, peers and Signet in one run; rows go to FILE as JSON
           Signet.Benchmarks micro [OPTIONS]  single methods, with the options of BenchmarkDotNet
    """;

switch (args)
{
    case ["side-by-side", var file, .. var rest]:
        return await new SideBySideRun(Path.GetFullPath(file), SideBySideOptions.Parse(rest), Console.Out)
            .RunAsync(CancellationToken.None);
    case ["micro", .. var rest]:
        return RunMicro(rest);
    default:
        await Console.Error.WriteLineAsync(usage);
        return 1;
}

static int RunMicro(string[] options)
{
    // In this process: building a project for each benchmark would leave the lock files and the central versions aside.
    var job = Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance);
    var config = ManualConfig.Create(DefaultConfig.Instance).AddJob(job).AddDiagnoser(MemoryDiagnoser.Default);
    var summaries = BenchmarkSwitcher.FromAssembly(typeof(HashingBenchmarks).Assembly).Run(options, config);
    var failed = summaries.Any(summary => summary.HasCriticalValidationErrors || summary.Reports.Any(report => !report.Success));
    return failed || !summaries.Any() ? 1 : 0;
}
