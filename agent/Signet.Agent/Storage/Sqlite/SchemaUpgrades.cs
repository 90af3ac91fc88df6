namespace Signet.Agent.Storage.Sqlite;

/// <summary>How a store of an older agent is brought up to date.</summary>
internal static class SchemaUpgrades
{
    /// <summary>
    /// Version 2: the signatures of an hour are counted in an index, not in the files themselves; the hashes of files are sorted
    /// within parts of the ledger.
    /// </summary>
    public const string From1To2 = $"""
        CREATE TABLE hashes_of_parts (
            part INTEGER NOT NULL,
            sha256 BLOB NOT NULL,
            idx INTEGER NOT NULL,
            PRIMARY KEY (part, sha256, idx)) WITHOUT ROWID;
        INSERT OR FAIL INTO hashes_of_parts SELECT idx / 16384, sha256, idx FROM record_hashes;
        DROP TABLE record_hashes;
        ALTER TABLE hashes_of_parts RENAME TO record_hashes;
        DROP INDEX files_signed;
        {Schema.FilesCounted}
        """;

    private static readonly string PartOf = $"idx / {RecordTerms.RecordsOfPart}";
    private static readonly string LastPart = $"(SELECT COALESCE(MAX(idx) + 1, 0) / {RecordTerms.RecordsOfPart} FROM records)";

    /// <summary>
    /// Version 3: an append writes to one place. The nodes of the tree are with the records that complete them, and everything
    /// that records are found by is sorted once for each part of the ledger, when it is complete.
    /// </summary>
    // "OR FAIL": else SQLite keeps in memory what a failed statement would bring back, which is all of it.
    public static readonly string From2To3 = $"""
        ALTER TABLE records ADD COLUMN {Schema.FileHashesColumn};
        ALTER TABLE records ADD COLUMN {Schema.NodesColumn};
        UPDATE OR FAIL records SET nodes = COALESCE((
            WITH RECURSIVE completed (level, node, hashes) AS (
                SELECT 0, records.idx, hash FROM nodes WHERE level = 0 AND idx = records.idx
                UNION ALL
                SELECT completed.level + 1, node >> 1, CAST(hashes || hash AS BLOB)
                FROM completed JOIN nodes ON nodes.level = completed.level + 1 AND nodes.idx = node >> 1
                WHERE node & 1)
            SELECT hashes FROM completed ORDER BY level DESC LIMIT 1), x'');
        DROP TABLE nodes;
        DROP INDEX records_kind;
        DROP INDEX records_job;
        {RecordTerms.Table}
        INSERT OR FAIL INTO record_terms
            SELECT {PartOf}, 'sha256', sha256, idx FROM record_hashes WHERE {PartOf} < {LastPart};
        INSERT OR FAIL INTO record_terms
            SELECT {PartOf}, 'job', job, idx FROM records
            WHERE {PartOf} < {LastPart} AND job IS NOT NULL;
        INSERT OR FAIL INTO record_terms
            SELECT {PartOf}, 'kind', kind, idx FROM records WHERE {PartOf} < {LastPart};
        UPDATE OR FAIL records SET file_hashes = hashes FROM (
            SELECT idx AS of, CAST(MIN(sha256) || CASE WHEN COUNT(*) > 1 THEN MAX(sha256) ELSE x'' END AS BLOB) AS hashes
            FROM record_hashes WHERE part >= (SELECT MAX(part) FROM record_hashes) AND {PartOf} >= {LastPart}
            GROUP BY idx)
        WHERE idx = of;
        DROP TABLE record_hashes;
        """;
}
