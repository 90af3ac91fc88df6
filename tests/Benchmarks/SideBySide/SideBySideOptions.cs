using System.Globalization;

namespace Signet.Benchmarks.SideBySide;

/// <summary>What a run measures.</summary>
internal sealed record SideBySideOptions
{
    /// <summary>Names of the measurements to take; empty for all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>How often each is repeated; the median counts.</summary>
    public int Repeats { get; init; } = 3;

    public static SideBySideOptions Parse(IEnumerable<string> arguments)
    {
        var options = new SideBySideOptions();
        foreach (var argument in arguments)
        {
            options = argument.Split('=', 2) switch
            {
                ["--only", var names] => options with { Only = names.Split(',', StringSplitOptions.RemoveEmptyEntries) },
                ["--repeats", var count] => options with { Repeats = int.Parse(count, CultureInfo.InvariantCulture) },
                _ => throw new ArgumentException($"'{argument}' is neither --only=NAME,... nor --repeats=N."),
            };
        }

        return options;
    }

    public bool Takes(string name) => Only.Count == 0 || Only.Contains(name);
}
