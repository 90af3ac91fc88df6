using System.Text.Json;
using Grpc.Core;
using Signet.Protocol.Local;
using Signet.Protocol.V1;
using Signet.Testing.Agent;

namespace Signet.EndToEnd.Tests.Node;

/// <summary>A record of the agent's ledger, read over its operator socket.</summary>
public sealed record RecordSeen(long Index, string Kind, string Actor, JsonElement Fields)
{
    /// <summary>A field as text; empty where it is absent or null.</summary>
    public string Text(string name) =>
        Fields.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.ToString() : string.Empty;
}

/// <summary>Reads the ledger of a running node.</summary>
public static class LedgerOf
{
    private const int All = 10_000;

    /// <summary>Number of records.</summary>
    public static async Task<long> SizeAsync(AgentEnvironment node, CancellationToken cancellationToken) =>
        (await node.Agent.GetStatusAsync(cancellationToken)).Ledger.Size;

    /// <summary>Records of a kind, oldest first; every kind where it is empty.</summary>
    public static async Task<IReadOnlyList<RecordSeen>> ReadAsync(
        AgentEnvironment node, CancellationToken cancellationToken, string kind = "", long from = 0)
    {
        using var channel = LocalChannel.Connect(node.Files.OperatorSocket);
        using var call = new Operator.OperatorClient(channel).SearchLedger(
            new SearchLedgerRequest { Kind = kind, Limit = All }, cancellationToken: cancellationToken);
        var records = new List<RecordSeen>();
        await foreach (var response in call.ResponseStream.ReadAllAsync(cancellationToken))
        {
            var root = JsonDocument.Parse(response.Leaf.Record.Memory).RootElement;
            records.Add(new RecordSeen(
                response.Leaf.Index, root.GetProperty("kind").GetString()!, root.GetProperty("actor").GetString()!,
                root.GetProperty("fields")));
        }

        return [.. records.Where(record => record.Index >= from)];
    }
}
