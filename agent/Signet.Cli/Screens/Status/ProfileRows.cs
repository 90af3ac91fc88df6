using Signet.Protocol.V1;
using Spectre.Console;

namespace Signet.Cli.Screens.Status;

/// <summary>The profiles on the status screen.</summary>
internal static class ProfileRows
{
    /// <summary>A row a profile.</summary>
    public static Table Of(AgentStatus status)
    {
        var table = Sheet.Columns(4);
        foreach (var profile in status.Profiles)
        {
            table.AddRow(
                Sheet.Cell(profile.Name, Sheet.Strong),
                Sheet.Cell("key " + profile.Key),
                Sheet.Cell(string.Join(" ", profile.Formats)),
                Sheet.Cell(string.Join(", ", Rules(profile)), Sheet.Quiet));
        }

        return table;
    }

    private static IEnumerable<string> Rules(ProfileStatus profile)
    {
        yield return profile.ApprovalsRequired == 0 ? "automatic" : Words.Count(profile.ApprovalsRequired, "approval");
        if (profile.HardwareRequired)
        {
            yield return "hardware required";
        }

        if (profile.Limits is { } limits)
        {
            yield return $"up to {Words.Count(limits.MaxFiles, "file")} of {Words.Size(limits.MaxFileBytes)}";
            if (limits.MaxFilesPerHour > 0)
            {
                yield return $"{limits.MaxFilesPerHour} an hour";
            }
        }
    }
}
