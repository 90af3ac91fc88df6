using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Signet.Cli.Screens;

/// <summary>Results as JSON for programs.</summary>
internal static class JsonLine
{
    /// <summary>Plain text stays as it is: the output is read by JSON parsers and not put into HTML.</summary>
    public static JsonSerializerOptions Options { get; } = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = false,
    };

    /// <summary>An object on one line; members in the given order.</summary>
    public static string Of(params (string Name, JsonNode? Value)[] members)
    {
        var node = new JsonObject();
        foreach (var (name, value) in members)
        {
            node[name] = value;
        }

        return node.ToJsonString(Options);
    }

    /// <summary>A list of texts.</summary>
    public static JsonArray List(IEnumerable<string> items) => [.. items.Select(item => (JsonNode?)item)];
}
