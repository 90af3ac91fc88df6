using Signet.Protocol.V1;
using Spectre.Console;

namespace Signet.Cli.Screens.Status;

/// <summary>The timestamp servers on the status screen.</summary>
internal static class TimestampRows
{
    /// <summary>A row a server.</summary>
    public static Table Of(AgentStatus status)
    {
        var table = Sheet.Columns(4);
        foreach (var server in status.TimestampServers)
        {
            var (word, style) = server switch
            {
                { HasLastSucceeded: false } => ("not asked yet", Sheet.Quiet),
                { LastSucceeded: true } => ("answered", Sheet.Good),
                _ => ("failed", Sheet.Bad),
            };
            table.AddRow(
                Sheet.Cell(server.Name, Sheet.Strong),
                Sheet.Cell(word, style),
                Sheet.Cell(server.LastAskedAt is null ? string.Empty : Words.Ago(server.LastAskedAt, status.At), Sheet.Quiet),
                Sheet.Cell(server is { HasLastSucceeded: true, LastSucceeded: false } && server.LastError.Length > 0
                    ? $"{server.Url}: {server.LastError}"
                    : server.Url));
        }

        return table;
    }
}
