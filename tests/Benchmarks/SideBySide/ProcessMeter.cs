using System.Globalization;

namespace Signet.Benchmarks.SideBySide;

/// <summary>Processor time and memory of another process, from proc(5).</summary>
internal static class ProcessMeter
{
    // USER_HZ is 100 on every Linux that .NET runs on.
    private const double TicksPerSecond = 100;

    /// <summary>User and system time so far, in seconds.</summary>
    public static double CpuSeconds(int processId)
    {
        var stat = File.ReadAllText($"/proc/{processId}/stat");

        // Behind the name, which may hold anything; utime and stime are fields 14 and 15.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (Number(fields[11]) + Number(fields[12])) / TicksPerSecond;
    }

    /// <summary>Largest resident set so far, in MiB.</summary>
    public static double PeakMebibytes(int processId) => Kibibytes($"/proc/{processId}/status", "VmHWM:") / 1024.0;

    /// <summary>
    /// What it takes of the memory now, in MiB: pages that it shares with others, as those of the program are, count in part
    /// (Pss of proc(5)).
    /// </summary>
    public static double ProportionalMebibytes(int processId) => Kibibytes($"/proc/{processId}/smaps_rollup", "Pss:") / 1024.0;

    /// <summary>Resident set now, in MiB.</summary>
    public static double ResidentMebibytes(int processId) => Kibibytes($"/proc/{processId}/status", "VmRSS:") / 1024.0;

    private static double Kibibytes(string file, string name) =>
        Number(File.ReadLines(file)
            .Single(line => line.StartsWith(name, StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);

    private static double Number(string text) => double.Parse(text.Trim(), CultureInfo.InvariantCulture);
}
