using Signet.Protocol.V1;
using Spectre.Console;

namespace Signet.Cli.Screens.Status;

/// <summary>Ledger, requests and configuration on the status screen.</summary>
internal static class NodeRows
{
    /// <summary>A row a subject.</summary>
    public static Table Of(AgentStatus status)
    {
        var table = Sheet.Columns(2);
        var ledger = status.Ledger ?? new LedgerStatus();
        var last = ledger.LastRecordAt is null
            ? string.Empty
            : $", the last {Words.Ago(ledger.LastRecordAt, status.At)}";
        table.AddRow(
            Sheet.Cell("ledger", Sheet.Strong),
            Sheet.Cells(
                ledger.Writable
                    ? Sheet.Cell($"{Words.Count(ledger.Size, "record")}{last}")
                    : Sheet.Cell($"{Words.Count(ledger.Size, "record")}{last}; CANNOT BE WRITTEN", Sheet.Bad),
                Sheet.Cell(ledger.VerifierKey, Sheet.Quiet)));
        var requests = status.Requests ?? new RequestCounts();
        table.AddRow(
            Sheet.Cell("requests", Sheet.Strong),
            Sheet.Cell(
                $"{requests.Pending} wait for approval, {requests.Approved} may be signed, {requests.SigningNow} being signed now",
                requests.Pending > 0 ? Sheet.Attention : Style.Plain));
        if (status.ConfigurationLoadedAt is not null)
        {
            var hash = Convert.ToHexStringLower(status.ConfigurationSha256.Span);
            table.AddRow(
                Sheet.Cell("configuration", Sheet.Strong),
                Sheet.Cell($"loaded {Words.Moment(status.ConfigurationLoadedAt)}, SHA-256 {hash[..Math.Min(16, hash.Length)]}", Sheet.Quiet));
        }

        return table;
    }
}
