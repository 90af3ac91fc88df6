using System.Globalization;

namespace Signet.Agent.Configuration.Reading;

/// <summary>Sizes and durations as the configuration writes them: a whole number and a unit, such as 500MB or 30s.</summary>
internal static class Quantity
{
    private static readonly Dictionary<string, long> SizeUnits = new(StringComparer.OrdinalIgnoreCase)
    {
        ["B"] = 1,
        ["KB"] = 1L << 10,
        ["KiB"] = 1L << 10,
        ["MB"] = 1L << 20,
        ["MiB"] = 1L << 20,
        ["GB"] = 1L << 30,
        ["GiB"] = 1L << 30,
        ["TB"] = 1L << 40,
        ["TiB"] = 1L << 40,
    };

    private static readonly Dictionary<string, TimeSpan> DurationUnits = new(StringComparer.Ordinal)
    {
        ["ms"] = TimeSpan.FromMilliseconds(1),
        ["s"] = TimeSpan.FromSeconds(1),
        ["m"] = TimeSpan.FromMinutes(1),
        ["h"] = TimeSpan.FromHours(1),
        ["d"] = TimeSpan.FromDays(1),
    };

    /// <summary>Reads a size. Units are powers of 1,024: 1KB is 1,024 bytes, as file managers count.</summary>
    /// <returns>Bytes; null where the text is no size.</returns>
    public static long? ParseSizeBytes(string text) =>
        Split(text) is var (number, unit) && SizeUnits.TryGetValue(unit, out var bytes) && number <= long.MaxValue / bytes
            ? number * bytes
            : null;

    /// <summary>Reads a duration.</summary>
    /// <returns>Null where the text is no duration.</returns>
    public static TimeSpan? ParseDuration(string text) =>
        Split(text) is var (number, unit) && DurationUnits.TryGetValue(unit, out var step)
            && number <= TimeSpan.MaxValue.Ticks / step.Ticks
            ? TimeSpan.FromTicks(number * step.Ticks)
            : null;

    /// <summary>The size in the largest unit that divides it.</summary>
    public static string ShowSize(long bytes)
    {
        var unit = SizeUnits.Where(pair => pair.Key.Length < 3 && bytes % pair.Value == 0).MaxBy(pair => pair.Value);
        return bytes / unit.Value + unit.Key;
    }

    /// <summary>The duration in the largest unit that divides it; a duration finer than 1 ms is cut.</summary>
    public static string ShowDuration(TimeSpan duration)
    {
        var unit = DurationUnits.Where(pair => duration.Ticks % pair.Value.Ticks == 0).MaxBy(pair => pair.Value);
        return unit.Key is null
            ? duration.Ticks / TimeSpan.TicksPerMillisecond + "ms"
            : duration.Ticks / unit.Value.Ticks + unit.Key;
    }

    private static (long Number, string Unit)? Split(string text)
    {
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        return digits is > 0 and <= 18
            ? (long.Parse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture), text[digits..].TrimStart(' '))
            : null;
    }
}
