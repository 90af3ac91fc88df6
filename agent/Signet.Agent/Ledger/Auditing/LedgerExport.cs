using System.Text;
using System.Text.Json;

namespace Signet.Agent.Ledger.Auditing;

/// <summary>
/// The export of a ledger: one JSON object a line. The first says the format and the ledger's public key; then come
/// records, as the exact text that the tree hashes, and checkpoints. docs/ledger.md describes it.
/// </summary>
internal static class LedgerExport
{
    private const string Format = "signet-ledger/1";

    /// <summary>The first line.</summary>
    public static string HeaderLine(string verifierKey) => Line(new Dictionary<string, object?>(StringComparer.Ordinal)
    {
        ["format"] = Format,
        ["verifierKey"] = verifierKey,
    });

    /// <summary>The line of a record.</summary>
    public static string RecordLine(ReadOnlySpan<byte> record) => Line(
        new Dictionary<string, object?>(StringComparer.Ordinal) { ["record"] = Encoding.UTF8.GetString(record) });

    /// <summary>The line of a checkpoint.</summary>
    public static string CheckpointLine(string checkpoint) => Line(
        new Dictionary<string, object?>(StringComparer.Ordinal) { ["checkpoint"] = checkpoint });

    /// <summary>Reads the public key that an export states.</summary>
    /// <exception cref="FormatException">The first line is not that of an export.</exception>
    public static string ReadVerifierKey(TextReader text)
    {
        var line = text.ReadLine() ?? throw new FormatException("The file is empty.");
        var members = Parse(line, 1);
        return members.GetValueOrDefault("format") == Format && members.GetValueOrDefault("verifierKey") is { } key
            ? key
            : throw new FormatException($"The file is not an export of the form {Format}.");
    }

    /// <summary>Reads what is behind the first line.</summary>
    public static ILedgerSource Read(TextReader text) => new Source(text);

    private static Dictionary<string, string?> Parse(string line, long number)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string?>>(line) ?? [];
        }
        catch (JsonException exception)
        {
            throw new FormatException($"Line {number} of the export is not one of its JSON objects.", exception);
        }
    }

    private static string Line(Dictionary<string, object?> members) => Encoding.UTF8.GetString(CanonicalJson.Write(members));

    private sealed class Source(TextReader text) : ILedgerSource
    {
        public IEnumerable<AuditedEntry> Read()
        {
            long number = 1;
            while (text.ReadLine() is { } line)
            {
                number++;
                var members = Parse(line, number);
                yield return members.GetValueOrDefault("record") is { } record
                    ? new AuditedEntry(Encoding.UTF8.GetBytes(record), null)
                    : new AuditedEntry(null, members.GetValueOrDefault("checkpoint")
                        ?? throw new FormatException($"Line {number} of the export holds neither a record nor a checkpoint."));
            }
        }
    }
}
