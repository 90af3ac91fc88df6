using Signet.Protocol.V1;
using Spectre.Console;

namespace Signet.Cli.Screens.Status;

/// <summary>The screen of <c>signet status</c>.</summary>
internal static class StatusScreen
{
    /// <summary>Draws a status.</summary>
    public static void Draw(IAnsiConsole console, AgentStatus status)
    {
        DrawHeadline(console, status, StatusAssessment.Of(status));
        console.Section("Tokens", TokenRows.Of(status));
        console.Section("Keys", KeyRows.Of(status));
        console.Section("Profiles", ProfileRows.Of(status));
        console.Section("Timestamp servers", TimestampRows.Of(status));
        console.Section("Node", NodeRows.Of(status));
    }

    private static void DrawHeadline(IAnsiConsole console, AgentStatus status, StatusAssessment assessment)
    {
        var (word, style) = assessment.Standing switch
        {
            Standing.Ready => ("READY", Sheet.Good),
            Standing.Locked => ("LOCKED", Sheet.Attention),
            _ => ("DEGRADED", Sheet.Bad),
        };
        console.Write(new Text(word, style.Combine(Sheet.Strong)));
        console.Write(Sheet.Cell($"   Signet {status.Version} on {status.ListenAddress}"));
        if (status is { StartedAt: not null, At: not null })
        {
            console.Write(Sheet.Cell(
                $", up for {Words.Span(status.At.ToDateTime() - status.StartedAt.ToDateTime())}", Sheet.Quiet));
        }

        console.WriteLine();
        var actions = Sheet.Columns(1);
        foreach (var action in assessment.Actions)
        {
            actions.AddRow(Sheet.Cell(action, style));
        }

        if (assessment.Actions.Count > 0)
        {
            console.Indent(actions);
        }
    }
}
