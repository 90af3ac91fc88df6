using System.Globalization;

namespace Signet.EndToEnd.Tests.Faults;

/// <summary>How long work on this machine has waited for a free processor, as the kernel counts it (PSI, proc_pressure_cpu(5)).</summary>
public static class ProcessorPressure
{
    private const string Source = "/proc/pressure/cpu";

    /// <summary>
    /// Time since the start of the machine in which something was ready to run and had to wait; zero where the kernel does
    /// not count it.
    /// </summary>
    public static TimeSpan Total
    {
        get
        {
            // some avg10=0.00 avg60=0.00 avg300=0.00 total=MICROSECONDS
            var line = File.Exists(Source) ? File.ReadLines(Source).FirstOrDefault() : null;
            var total = line?.Split(' ').FirstOrDefault(word => word.StartsWith("total=", StringComparison.Ordinal))?["total=".Length..];
            return TimeSpan.FromMicroseconds(double.Parse(total ?? "0", CultureInfo.InvariantCulture));
        }
    }
}
