using System.Runtime.InteropServices;
using Signet.Agent.Ledger;

namespace Signet.Agent.Storage.Sqlite;

/// <summary>A search of the ledger: by what <see cref="RecordTerms"/> has sorted, and through what it has not.</summary>
internal static class LedgerSearch
{
    private sealed record Condition(string Sql, string Name, object? Value, string? Field = null);

    /// <summary>The records that match, in their order.</summary>
    /// <param name="session">Where; inside a transaction.</param>
    /// <param name="query">What matches, and how many at most.</param>
    /// <param name="size">Records in the ledger.</param>
    public static List<LedgerEntry> Run(SqliteSession session, LedgerQuery query, long size)
    {
        // Only what is asked for stands in the statement. A hash is in fewer records than a job, and a job in fewer than a kind.
        var conditions = new List<Condition>
        {
            new(
                $"$sha256 IN ({HashBlob.At("file_hashes", 0)}, {HashBlob.At("file_hashes", 1)})", "$sha256", query.FileSha256, "sha256"),
            new("job = $job", "$job", query.JobFullName, "job"),
            new("kind = $kind", "$kind", query.Kind, "kind"),
            new("profile = $profile", "$profile", query.Profile),
            new("actor = $actor", "$actor", query.Actor),
            new("time >= $from", "$from", query.From is { } from ? CanonicalJson.Time(from) : null),
            new("time < $until", "$until", query.Until is { } until ? CanonicalJson.Time(until) : null),
        }.FindAll(condition => condition.Value is not null);
        if (conditions is not [{ Field: { } field } term, .. var others])
        {
            return Find(session, "idx >= $first", [("$first", 0L)], conditions, query.Limit);
        }

        var found = new List<LedgerEntry>();
        var lastPart = size / RecordTerms.RecordsOfPart;
        foreach (var part in PartsWith(session, field, term.Value, lastPart))
        {
            if (found.Count >= query.Limit)
            {
                return found;
            }

            found.AddRange(Find(
                session, "idx IN (SELECT idx FROM record_terms WHERE part = $part AND field = $field AND value = $value)",
                [("$part", part), ("$field", field), ("$value", term.Value)], others, query.Limit - found.Count));
        }

        found.AddRange(Find(
            session, "idx >= $first", [("$first", RecordTerms.FirstOf(lastPart))], conditions, query.Limit - found.Count));
        return found;
    }

    private static List<long> PartsWith(SqliteSession session, string field, object? value, long lastPart) => session.Query(
        """
        WITH RECURSIVE parts (part) AS (SELECT 0 UNION ALL SELECT part + 1 FROM parts WHERE part + 1 < $lastPart)
        SELECT part FROM parts WHERE EXISTS (
            SELECT 1 FROM record_terms terms WHERE terms.part = parts.part AND field = $field AND value = $value)
        """,
        row => row.GetInt64(0), ("$lastPart", lastPart), ("$field", field), ("$value", value));

    private static List<LedgerEntry> Find(
        SqliteSession session, string where, IReadOnlyList<(string Name, object? Value)> ofWhere, IReadOnlyList<Condition> conditions,
        int limit)
    {
        List<(string Name, object? Value)> parameters =
            [.. ofWhere, .. conditions.Select(condition => (condition.Name, condition.Value)), ("$limit", limit)];
        var all = string.Join(" AND ", conditions.Select(condition => condition.Sql).Prepend(where));
        return session.Query(
            $"SELECT idx, record FROM records WHERE {all} ORDER BY idx LIMIT $limit", SqliteRows.Record,
            CollectionsMarshal.AsSpan(parameters));
    }
}
