using System.Text.Json;
using Signet.Testing.Tools;

namespace Signet.Testing.Judges;

/// <summary>
/// Notes what independent judges said of signed files, so that a run of the tests leaves artifacts/test/formats.json.
/// A test notes what it has just asserted, never before.
/// </summary>
/// <remarks>
/// Safe for use by several threads and processes at once: each process appends lines to a file of its own, and build.cake
/// adds them up.
/// </remarks>
public static class FormatEvidence
{
    private static readonly Lock Gate = new();

    /// <summary>The judge accepted a file that was signed here.</summary>
    /// <param name="format">Name of the format in the configuration, for instance "msi".</param>
    /// <param name="judge">Name of the program, for instance "osslsigncode"; "second reader" for one in tests/.</param>
    public static void Accepted(string format, string judge) => Note(format, judge, "accepted", null, null);

    /// <summary>The judge refused a signed file after one byte of its content was changed.</summary>
    /// <param name="format">Name of the format in the configuration.</param>
    /// <param name="judge">Name of the program.</param>
    public static void RefusedAfterChange(string format, string judge) => Note(format, judge, "refused", null, null);

    /// <summary>The judge accepted the signature of a file that was not made for the tests.</summary>
    /// <param name="format">Name of the format in the configuration.</param>
    /// <param name="judge">Name of the program.</param>
    /// <param name="file">Name of the file.</param>
    /// <param name="source">Where it comes from, for instance "Debian libwine 8.0" or "NuGet NUnit 5.0.0".</param>
    public static void RealFileSigned(string format, string judge, string file, string source) =>
        Note(format, judge, "real", file, source);

    private static void Note(string format, string judge, string outcome, string? file, string? source)
    {
        var directory = Repository.PathOf("artifacts/test/formats");
        var line = JsonSerializer.Serialize(new { format, judge, outcome, file, source });
        lock (Gate)
        {
            Directory.CreateDirectory(directory);
            File.AppendAllText(Path.Combine(directory, $"{Environment.ProcessId}.jsonl"), line + "\n");
        }
    }
}
