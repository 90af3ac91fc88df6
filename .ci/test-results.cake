// Counts tests. Loaded by /build.cake.

using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;

/// What the suites found, read from the reports that they wrote.
class TestResults
{
    private readonly ICakeContext _context;
    private readonly List<string> _problems = new();
    private int _passed;
    private int _failed;
    private bool _finished;

    public TestResults(ICakeContext context) => _context = context;

    /// Adds a suite's reports: trx of Visual Studio's test platform, or JUnit's XML.
    public void Read(string suite, IEnumerable<FilePath> reports)
    {
        int total = 0, passed = 0, failed = 0;
        foreach (var root in reports.Select(report => XDocument.Load(report.FullPath).Root))
        {
            if (root.Descendants().FirstOrDefault(element => element.Name.LocalName == "Counters") is { } counters)
            {
                total += Number(counters, "total");
                passed += Number(counters, "passed");
                failed += Number(counters, "failed") + Number(counters, "error") + Number(counters, "timeout") + Number(counters, "aborted");
            }
            else
            {
                int bad = Number(root, "failures") + Number(root, "errors");
                total += Number(root, "tests");
                failed += bad;
                passed += Number(root, "tests") - bad - Number(root, "skipped");
            }
        }

        _context.Information("{0,-20} {1,5} passed {2,5} failed", suite, passed, failed);
        _passed += passed;
        if (total == 0)
        {
            // A suite that did not report is a failure, whatever else it said.
            failed = 1;
            Problem($"{suite}: no test ran");
        }
        else if (total != passed)
        {
            // A test that is skipped proves nothing.
            failed = Math.Max(failed, total - passed);
            Problem($"{suite}: {failed} of {total} tests failed or were skipped");
        }

        _failed += failed;
    }

    public void Problem(string text)
    {
        _problems.Add(text);
        _context.Error(text);
    }

    public void Finish()
    {
        _finished = true;
        if (_problems.Count > 0)
        {
            throw new CakeException("Not every test passed:\n  " + string.Join("\n  ", _problems));
        }
    }

    /// The last line of Test. A build that broke off has at least one failure.
    public override string ToString() =>
        $"{_passed} passed, {(_failed == 0 && (!_finished || _problems.Count > 0) ? 1 : _failed)} failed";

    private static int Number(XElement element, string attribute) => (int?)element.Attribute(attribute) ?? 0;
}

/// Adds up what judges said of signed files (tests/Testing/Judges/FormatEvidence.cs) into one table.
void WriteFormatEvidence(string directory, string output)
{
    var notes = GetFiles($"{directory}/*.jsonl")
        .SelectMany(file => System.IO.File.ReadAllLines(file.FullPath))
        .Select(line => JsonNode.Parse(line))
        .ToArray();
    var formats = new JsonArray(notes
        .GroupBy(note => ((string)note["format"], (string)note["judge"]))
        .OrderBy(group => group.Key.Item1, StringComparer.Ordinal).ThenBy(group => group.Key.Item2, StringComparer.Ordinal)
        .Select(group => (JsonNode)new JsonObject
        {
            ["format"] = group.Key.Item1,
            ["judge"] = group.Key.Item2,
            ["accepted"] = group.Count(note => (string)note["outcome"] is "accepted" or "real"),
            ["refusedAfterChange"] = group.Count(note => (string)note["outcome"] == "refused"),
            ["realFiles"] = new JsonArray(group
                .Where(note => (string)note["outcome"] == "real")
                .Select(note => (File: (string)note["file"], Source: (string)note["source"]))
                .Distinct()
                .OrderBy(real => real, Comparer<(string, string)>.Create((one, other) => string.CompareOrdinal(one.ToString(), other.ToString())))
                .Select(real => (JsonNode)new JsonObject { ["file"] = real.File, ["source"] = real.Source })
                .ToArray()),
        })
        .ToArray());
    System.IO.File.WriteAllText(
        output, new JsonObject { ["formats"] = formats }.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
    Information("{0}: {1} judgements of {2} formats", output, notes.Length, notes.Select(note => (string)note["format"]).Distinct().Count());
}
