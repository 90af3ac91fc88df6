using Signet.Agent.Ledger;

namespace Signet.Agent.Storage.Sqlite;

/// <summary>
/// The index by which records are found: kind, job, and the hashes of files. It is sorted once for each part of the ledger,
/// when the part is complete, so that an append writes to its record and nowhere else, however long the ledger is; the records
/// of the last part are looked through.
/// </summary>
internal static class RecordTerms
{
    /// <summary>
    /// Records in a part. More of them make the append that completes it slower, fewer make more parts for a search to look into.
    /// </summary>
    public const int RecordsOfPart = 4096;

    /// <summary>Makes the table.</summary>
    public const string Table = """
        CREATE TABLE record_terms (
            part INTEGER NOT NULL,
            field TEXT NOT NULL,
            value NOT NULL,
            idx INTEGER NOT NULL,
            PRIMARY KEY (part, field, value, idx)) WITHOUT ROWID;
        """;

    private const string OfPart = "FROM records WHERE idx >= $first AND idx <= $last";

    // A record has at most two hashes; both may be the same.
    private static readonly string Sort = $"""
        INSERT INTO record_terms (part, field, value, idx)
        SELECT $part, 'job' AS field, job AS value, idx {OfPart} AND job IS NOT NULL
        UNION SELECT $part, 'kind', kind, idx {OfPart}
        UNION SELECT $part, 'sha256', {HashBlob.At("file_hashes", 0)}, idx {OfPart} AND length(file_hashes) > 0
        UNION SELECT $part, 'sha256', {HashBlob.At("file_hashes", 1)}, idx {OfPart} AND length(file_hashes) > {MerkleHash.Size}
        ORDER BY field, value, idx
        """;

    /// <summary>Sorts the terms of a part, if this record is its last one.</summary>
    public static void SortAfter(long index, SqliteSession session)
    {
        var part = index / RecordsOfPart;
        if (index == FirstOf(part + 1) - 1)
        {
            session.Execute(Sort, ("$part", part), ("$first", FirstOf(part)), ("$last", index));
        }
    }

    /// <summary>The first record of a part.</summary>
    public static long FirstOf(long part) => part * RecordsOfPart;
}
