using System.Globalization;

namespace Signet.LargeFiles;

/// <summary>The most memory that this process ever had in RAM: managed or not, garbage or not.</summary>
internal static class PeakMemory
{
    /// <summary>VmHWM of proc(5), in bytes. Pages of files that were read or written do not count.</summary>
    public static long Read()
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line["VmHWM:".Length..^"kB".Length].Trim(), CultureInfo.InvariantCulture) << 10;
    }
}
