using System.Globalization;
using System.Text.Json;

namespace Signet.Benchmarks.SideBySide;

/// <summary>The rows of a run: printed as they come, and kept as JSON.</summary>
internal sealed class BenchmarkTable(string file, TextWriter output)
{
    private static readonly JsonSerializerOptions Layout =
        new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private readonly List<BenchmarkRow> _rows = [];

    /// <summary>Whether every goal is met.</summary>
    public bool Holds => _rows.All(row => row.Holds != false);

    /// <summary>The figure of a row that is there; null for none.</summary>
    public double? Find(string name) => _rows.Find(row => row.Name == name)?.Value;

    /// <summary>Adds rows. The file is written each time, so that a run that is broken off leaves what it had.</summary>
    public void Add(params IEnumerable<BenchmarkRow> rows)
    {
        foreach (var row in rows)
        {
            _rows.Add(row);
            output.WriteLine(Line(row));
        }

        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, JsonSerializer.Serialize(new { rows = _rows }, Layout) + "\n");
    }

    private static string Line(BenchmarkRow row)
    {
        var spread = string.Create(CultureInfo.InvariantCulture, $"{row.Name,-40} {row.Value,12:0.###} {row.Unit,-10} [{row.Lowest:0.###} .. {row.Highest:0.###}]");
        if (row.Reference is null)
        {
            return spread;
        }

        var beside = string.Create(
            CultureInfo.InvariantCulture, $"{spread}  {row.Ratio:0.00} x {row.ReferenceName} ({row.Reference:0.###})");
        return row.Goal is null
            ? beside
            : $"{beside}; goal: {row.Goal}: {(row.Holds == true ? "holds" : "DOES NOT HOLD")}";
    }
}
