using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Signet.Agent.Configuration.Reading;

namespace Signet.Cli.Screens;

/// <summary>Moments, spans, sizes and foreign text as people read them.</summary>
internal static class Words
{
    /// <summary>Longest foreign text that a screen shows; longer ones end with an ellipsis.</summary>
    private const int MaxTextLength = 1000;

    /// <summary>
    /// Text that came from a token, a controller or a file: on one line, and with no character that could move the
    /// cursor or forge a part of the screen.
    /// </summary>
    public static string Safe(string text) => Shown.Short(text, MaxTextLength);

    /// <summary>A moment, in UTC as in the ledger, to the second.</summary>
    public static string Moment(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <inheritdoc cref="Moment(DateTimeOffset)"/>
    public static string Moment(Timestamp moment) => Moment(moment.ToDateTimeOffset());

    /// <summary>A day, in UTC.</summary>
    public static string Day(Timestamp moment) =>
        moment.ToDateTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>How long ago <paramref name="then"/> was: "just now", "5 min ago".</summary>
    public static string Ago(Timestamp then, Timestamp now)
    {
        var span = now.ToDateTime() - then.ToDateTime();
        return span < TimeSpan.FromSeconds(5) ? "just now" : Span(span) + " ago";
    }

    /// <summary>A span in its largest unit: "42 s", "5 min", "3 h", "12 days".</summary>
    public static string Span(TimeSpan span) => span switch
    {
        { TotalMinutes: < 2 } => $"{Math.Max(0, (int)span.TotalSeconds)} s",
        { TotalHours: < 2 } => $"{(int)span.TotalMinutes} min",
        { TotalDays: < 2 } => $"{(int)span.TotalHours} h",
        _ => $"{(int)span.TotalDays} days",
    };

    /// <summary>A number of bytes in the largest binary unit that it fills: "512 B", "2 GB", "1.5 MB".</summary>
    public static string Size(long bytes)
    {
        string[] units = ["B", "KB", "MB", "GB", "TB"];
        var size = (double)bytes;
        var unit = 0;
        while (size >= 1024 && unit < units.Length - 1)
        {
            size /= 1024;
            unit++;
        }

        return size.ToString("0.#", CultureInfo.InvariantCulture) + " " + units[unit];
    }

    /// <summary>A count with its noun: "1 record", "2 records".</summary>
    public static string Count(long count, string noun) =>
        count.ToString("#,0", CultureInfo.InvariantCulture) + " " + (count == 1 ? noun : noun + "s");
}
