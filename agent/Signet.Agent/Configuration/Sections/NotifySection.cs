using Signet.Agent.Configuration.Reading;
using Signet.Protocol.V1;

namespace Signet.Agent.Configuration.Sections;

/// <summary>Reads <c>notify</c>.</summary>
internal static class NotifySection
{
    private static readonly Dictionary<string, RequestState> States = Enum.GetValues<RequestState>()
        .Where(state => state != RequestState.Unspecified)
        .ToDictionary(state => state.ToString().ToLowerInvariant(), StringComparer.Ordinal);

    /// <summary>Reads the section; null where there is none.</summary>
    public static NotifyConfiguration? Read(SectionReader root)
    {
        if (root.Section("notify", ConfigurationSchema.Notify) is not { } section)
        {
            return null;
        }

        var command = section.Scalars("command", required: true);
        if (command.Count > 0 && !Path.IsPathFullyQualified(command[0].Value))
        {
            section.Context.Issues.Add(
                command[0], "the program to run is named by its absolute path, so that nobody's PATH decides what runs");
        }
        else if (command.Count > 0)
        {
            ProgramFile.Check(
                command[0], command[0].Value, $"there is no program {Shown.Short(command[0].Value, 200)}", section.Context.Issues);
        }

        return new NotifyConfiguration(
            [.. command.Select(part => part.Value)],
            ReadStates(section),
            section.Duration("timeout", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10), fallback: TimeSpan.FromSeconds(30)));
    }

    private static IReadOnlyList<RequestState> ReadStates(SectionReader section)
    {
        var names = section.Scalars("states", required: false);
        foreach (var name in names.Where(name => !States.ContainsKey(name.Value)))
        {
            section.Context.Issues.Add(
                name, $"'{Shown.Short(name.Value)}' is no state of a request; there are {string.Join(", ", States.Keys)}");
        }

        return names.Count == 0
            ? [RequestState.Pending]
            : [.. names.Where(name => States.ContainsKey(name.Value)).Select(name => States[name.Value])];
    }
}
