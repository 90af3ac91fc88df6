using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Signet.Agent.Storage.Sqlite;

/// <summary>The tables. <c>PRAGMA user_version</c> says which version of them a file has.</summary>
internal static class Schema
{
    /// <summary>The first version in which the nodes of the tree are with the records and not in a table of their own.</summary>
    public const int NodesWithRecords = 3;

    /// <summary>Of a record: the hashes of its files, one after the other.</summary>
    public const string FileHashesColumn = "file_hashes BLOB NOT NULL DEFAULT x''";

    /// <summary>Of a record: the hashes of the subtrees of the ledger's tree that it completes, itself first.</summary>
    public const string NodesColumn = "nodes BLOB NOT NULL DEFAULT x''";

    /// <summary>The signatures of a profile in an hour are counted in this index.</summary>
    public const string FilesCounted =
        "CREATE INDEX files_counted ON files (profile, signed_at) WHERE length(edits) > 0;";

    private const int Version = 3;

    private const string Create = $"""
        CREATE TABLE records (
            idx INTEGER PRIMARY KEY,
            record BLOB NOT NULL,
            kind TEXT NOT NULL,
            actor TEXT NOT NULL,
            time TEXT NOT NULL,
            job TEXT,
            profile TEXT,
            {FileHashesColumn},
            {NodesColumn});
        {RecordTerms.Table}
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

    /// <summary>Makes the tables in a new file, brings older ones up to date, and checks the version of an old one.</summary>
    /// <exception cref="InvalidDataException">A newer Signet wrote the file.</exception>
    public static void Prepare(SqliteConnection connection)
    {
        var version = VersionOf(connection);
        if (version > Version)
        {
            throw new InvalidDataException(
                $"The store has version {version}, this agent knows version {Version} at most. Run the newer agent.");
        }

        if (version < Version)
        {
            using var transaction = connection.BeginTransaction();
            connection.Execute(version switch
            {
                0 => Create,
                1 => SchemaUpgrades.From1To2 + SchemaUpgrades.From2To3,
                _ => SchemaUpgrades.From2To3,
            });
            connection.Execute($"PRAGMA user_version = {Version}");
            transaction.Commit();
        }
    }

    /// <summary>The version of the tables that a file has; 0 for one without tables.</summary>
    public static int VersionOf(SqliteConnection connection) =>
        Convert.ToInt32(connection.Scalar("PRAGMA user_version"), CultureInfo.InvariantCulture);
}
