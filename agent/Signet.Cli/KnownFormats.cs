using System.Collections.Frozen;
using Signet.Formats;

namespace Signet.Cli;

/// <summary>The file formats that this build of Signet knows.</summary>
internal static class KnownFormats
{
    /// <summary>Their names, as the configuration uses them.</summary>
    public static IReadOnlySet<string> Names { get; } =
        FormatCatalog.Default.All.Select(format => format.Name).ToFrozenSet(StringComparer.Ordinal);
}
