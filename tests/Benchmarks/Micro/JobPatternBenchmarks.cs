using BenchmarkDotNet.Attributes;
using Signet.Agent.Configuration;

namespace Signet.Benchmarks.Micro;

/// <summary>Every call is checked against the patterns of the grants.</summary>
public class JobPatternBenchmarks
{
    private readonly JobPattern _narrow = JobPattern.Parse("products/*/main");
    private readonly JobPattern _wide = JobPattern.Parse("products/**/release-*/main");

    // Built so that a matcher that tries every split takes exponential time.
    private readonly JobPattern _hostile = JobPattern.Parse("**/a/**/a/**/a/**/a/**/b");
    private readonly string _manySegments = string.Join('/', Enumerable.Repeat("a", 60));

    [Benchmark(Baseline = true)]
    public bool OneSegmentOpen() => _narrow.Matches("products/app/main");

    [Benchmark]
    public bool ManySegmentsOpen() => _wide.Matches("products/a/b/c/release-7/main");

    [Benchmark]
    public bool HostilePattern() => _hostile.Matches(_manySegments);
}
