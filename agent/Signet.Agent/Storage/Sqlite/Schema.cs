using Microsoft.Data.Sqlite;

namespace Signet.Agent.Storage.Sqlite;

/// <summary>The tables. <c>PRAGMA user_version</c> says which version of them a file has.</summary>
internal static class Schema
{
    /// <summary>So many records share a part of the index of hashes.</summary>
    public const int RecordsOfPart = 16384;

    private const int Version = 2;

    private const string RecordHashes = """
        CREATE TABLE record_hashes (
            part INTEGER NOT NULL,
            sha256 BLOB NOT NULL,
            idx INTEGER NOT NULL REFERENCES records (idx),
            PRIMARY KEY (part, sha256, idx)) WITHOUT ROWID;
        """;

    private const string FilesCounted =
        "CREATE INDEX files_counted ON files (profile, signed_at) WHERE length(edits) > 0;";

    private const string Create = $"""
        CREATE TABLE records (
            idx INTEGER PRIMARY KEY,
            record BLOB NOT NULL,
            kind TEXT NOT NULL,
            actor TEXT NOT NULL,
            time TEXT NOT NULL,
            job TEXT,
            profile TEXT);
        CREATE INDEX records_kind ON records (kind);
        CREATE INDEX records_job ON records (job) WHERE job IS NOT NULL;
        {RecordHashes}
        CREATE TABLE nodes (
            level INTEGER NOT NULL,
            idx INTEGER NOT NULL,
            hash BLOB NOT NULL,
            PRIMARY KEY (level, idx)) WITHOUT ROWID;
        CREATE TABLE checkpoints (
            size INTEGER PRIMARY KEY,
            note TEXT NOT NULL);
        CREATE TABLE requests (
            request_id TEXT PRIMARY KEY,
            controller TEXT NOT NULL,
            credential TEXT NOT NULL,
            profile TEXT NOT NULL,
            job TEXT NOT NULL,
            state INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            expires_at INTEGER,
            approvals_required INTEGER NOT NULL,
            approvals BLOB NOT NULL,
            build BLOB NOT NULL,
            options BLOB NOT NULL,
            manifest_sha256 BLOB NOT NULL,
            ended_reason INTEGER NOT NULL,
            ended_detail TEXT NOT NULL);
        CREATE INDEX requests_state ON requests (state, expires_at);
        CREATE INDEX requests_created ON requests (created_at);
        CREATE INDEX requests_job ON requests (job);
        CREATE TABLE files (
            request_id TEXT NOT NULL REFERENCES requests (request_id),
            position INTEGER NOT NULL,
            name TEXT NOT NULL,
            size INTEGER NOT NULL,
            sha256 BLOB NOT NULL,
            profile TEXT NOT NULL,
            signed_at INTEGER,
            leaf_index INTEGER,
            result BLOB,
            edits BLOB,
            PRIMARY KEY (request_id, name)) WITHOUT ROWID;
        {FilesCounted}
        CREATE INDEX files_unsigned ON files (request_id) WHERE signed_at IS NULL;
        """;

    // Version 2: the signatures of an hour are counted in an index, not in the files themselves; the hashes of files are
    // sorted within parts of the ledger, so that an append writes to the same few pages however long the ledger is.
    private static readonly string From1To2 = $"""
        ALTER TABLE record_hashes RENAME TO hashes_of_all;
        {RecordHashes}
        INSERT INTO record_hashes SELECT idx / {RecordsOfPart}, sha256, idx FROM hashes_of_all;
        DROP TABLE hashes_of_all;
        DROP INDEX files_signed;
        {FilesCounted}
        """;

    /// <summary>Makes the tables in a new file, brings older ones up to date, and checks the version of an old one.</summary>
    /// <exception cref="InvalidDataException">A newer Signet wrote the file.</exception>
    public static void Prepare(SqliteConnection connection)
    {
        var version = Convert.ToInt32(connection.Scalar("PRAGMA user_version"));
        if (version > Version)
        {
            throw new InvalidDataException(
                $"The store has version {version}, this agent knows version {Version} at most. Run the newer agent.");
        }

        var script = version switch
        {
            0 => Create,
            1 => From1To2,
            _ => null,
        };
        if (script is not null)
        {
            using var transaction = connection.BeginTransaction();
            connection.Execute(script);
            connection.Execute($"PRAGMA user_version = {Version}");
            transaction.Commit();
        }
    }
}
