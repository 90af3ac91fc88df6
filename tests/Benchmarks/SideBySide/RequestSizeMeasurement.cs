using System.Globalization;
using Signet.Testing.Agent;

namespace Signet.Benchmarks.SideBySide;

/// <summary>Whether a file costs the same in a large request as in a small one.</summary>
internal sealed class RequestSizeMeasurement : IMeasurement
{
    public string Name => "request-size";

    public async Task MeasureAsync(MeasurementContext context, CancellationToken cancellationToken)
    {
        var content = await File.ReadAllBytesAsync(context.Files.Program("growth.exe", 20_000), cancellationToken);
        foreach (var files in new[] { 10, 100, 1000, 10_000 })
        {
            var measured = await context.Bench.ThroughputAsync(Names.Profile, content, files, 16, cancellationToken);
            context.Table.Add(BenchmarkRow.Of(
                string.Create(CultureInfo.InvariantCulture, $"signet.request.{files}"), [measured.FilesPerSecond], "files/s"));
        }
    }
}
