using System.Text.Json;
using Signet.Agent.Ledger;
using Spectre.Console;

namespace Signet.Cli.Screens.Audit;

/// <summary>Ledger records for people.</summary>
internal static class RecordScreen
{
    // What a line of a list shows of the fields, in this order.
    private static readonly string[] Told =
        ["job", "build", "file", "profile", "token", "refusal", "reason", "detail", "count", "credential", "remoteAddress",
        "scmUrl", "scmBranch", "definitionSha256", "demanded"];

    /// <summary>Draws several records, a line each.</summary>
    public static void DrawList(IAnsiConsole console, IEnumerable<byte[]> records)
    {
        var table = Sheet.Columns(5);
        foreach (var record in records)
        {
            var header = RecordHeader.Read(record);
            table.AddRow(
                Sheet.Cell(header.Index.ToString(System.Globalization.CultureInfo.InvariantCulture), Sheet.Quiet),
                Sheet.Cell(Words.Moment(header.Time)),
                Sheet.Cell(header.Kind, StyleOf(header.Kind)),
                Sheet.Cell(header.Actor),
                Sheet.Cell(Summary(record)));
        }

        console.Write(table);
    }

    /// <summary>Draws one record with all its fields.</summary>
    public static void DrawOne(IAnsiConsole console, byte[] record)
    {
        var header = RecordHeader.Read(record);
        var table = Sheet.Columns(2);
        table.AddFact("what", header.Kind, StyleOf(header.Kind));
        table.AddFact("when", Words.Moment(header.Time));
        table.AddFact("who", header.Actor);
        using var document = JsonDocument.Parse(record);
        foreach (var field in document.RootElement.GetProperty("fields").EnumerateObject())
        {
            table.AddFact(field.Name, TextOf(field.Value));
        }

        console.Indent(table);
    }

    private static string Summary(byte[] record)
    {
        using var document = JsonDocument.Parse(record);
        var fields = document.RootElement.GetProperty("fields");
        var parts = new List<string>();
        foreach (var name in Told)
        {
            if (fields.TryGetProperty(name, out var value) && TextOf(value) is { Length: > 0 } text)
            {
                parts.Add(name switch
                {
                    "build" => "#" + text,
                    "profile" => "profile " + text,
                    "token" => "token " + text,
                    "credential" => "credential " + text,
                    "remoteAddress" => "from " + text,
                    "count" => text + " times",
                    "scmUrl" => "sources " + text,
                    "scmBranch" => "branch " + text,
                    "definitionSha256" => "definition sha256:" + text,
                    "demanded" => "demanded " + text,
                    _ => text,
                });
            }
        }

        return string.Join("  ", parts);
    }

    private static string TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => string.Empty,
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(TextOf)),
        _ => value.GetRawText(),
    };

    private static Style StyleOf(string kind) => kind switch
    {
        LedgerKinds.FileSigned or LedgerKinds.RequestCompleted or LedgerKinds.TokenUnlocked => Sheet.Good,
        LedgerKinds.AccessRefused or LedgerKinds.OperatorRefused or LedgerKinds.FileFailed or LedgerKinds.TokenUnlockFailed
            or LedgerKinds.RequestDenied or LedgerKinds.RequestFailed or LedgerKinds.ConfigurationRefused => Sheet.Bad,
        _ => Style.Plain,
    };
}
