using System.Globalization;
using Google.Protobuf;
using Signet.Agent.Ledger;
using Signet.Protocol.V1;

namespace Signet.Agent.Storage.Sqlite;

/// <summary>Queries in one session; inside a transaction they see one state of the store.</summary>
internal class SqliteAgentReader(SqliteSession session) : IAgentReader
{
    private const string RequestColumns = """
        SELECT request_id, controller, credential, profile, state, created_at, expires_at, approvals_required,
            approvals, build, options, manifest_sha256, ended_reason, ended_detail FROM requests
        """;

    private const string FileColumns = "SELECT name, size, sha256, signed_at FROM files";

    /// <summary>The session that the queries run in.</summary>
    protected SqliteSession Session { get; } = session;

    /// <inheritdoc/>
    public long LedgerSize => Convert.ToInt64(
        Session.Scalar("SELECT COALESCE(MAX(idx) + 1, 0) FROM records"), CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public string? LatestCheckpoint =>
        (string?)Session.Scalar("SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1");

    /// <inheritdoc/>
    public StoredRequest? FindRequest(string requestId) => Session
        .Query(RequestColumns + " WHERE request_id = $id", SqliteRows.Request, ("$id", requestId)).SingleOrDefault();

    /// <inheritdoc/>
    public IReadOnlyList<StoredRequest> ListRequests(RequestQuery query)
    {
        var states = string.Join(',', query.States.Select(state => (int)state));
        return Session.Query(
            RequestColumns + $"""
             WHERE ($anyState OR state IN ({states}))
                AND ($job IS NULL OR job = $job)
                AND ($expired IS NULL OR expires_at <= $expired)
            ORDER BY created_at DESC, request_id LIMIT $limit
            """,
            SqliteRows.Request,
            ("$anyState", query.States.Count == 0),
            ("$job", query.JobFullName),
            ("$expired", SqliteRows.FromTime(query.ExpiredAt)),
            ("$limit", query.Limit));
    }

    /// <inheritdoc/>
    public IReadOnlyList<StoredFile> ListFiles(string requestId) => Session.Query(
        FileColumns + " WHERE request_id = $id ORDER BY position", SqliteRows.File, ("$id", requestId));

    /// <inheritdoc/>
    public StoredFile? FindFile(string requestId, string fileName) => Session.Query(
        FileColumns + " WHERE request_id = $id AND name = $name", SqliteRows.File,
        ("$id", requestId), ("$name", fileName)).SingleOrDefault();

    /// <inheritdoc/>
    public StoredResult? FindResult(string requestId, string fileName) => Session.Query(
        """
        SELECT signed_at, leaf_index, result, edits FROM files
        WHERE request_id = $id AND name = $name AND result IS NOT NULL
        """,
        SqliteRows.Result, ("$id", requestId), ("$name", fileName)).SingleOrDefault();

    /// <inheritdoc/>
    public PreviousFile? FindPrevious(StoredRequest request, string fileName) => Session.Query(
        """
        SELECT files.name, requests.request_id, requests.build, files.sha256, files.size, files.result, files.signed_at
        FROM requests JOIN files ON files.request_id = requests.request_id
        WHERE requests.job = $job AND requests.controller = $controller AND requests.profile = $profile
            AND requests.request_id <> $id AND files.name = $name AND files.signed_at IS NOT NULL
        ORDER BY files.signed_at DESC LIMIT 1
        """,
        SqliteRows.Previous,
        ("$job", request.Build.JobFullName), ("$controller", request.Controller), ("$profile", request.Profile),
        ("$id", request.RequestId), ("$name", fileName)).SingleOrDefault();

    /// <inheritdoc/>
    public int CountRequests(RequestState state) => Convert.ToInt32(
        Session.Scalar("SELECT COUNT(*) FROM requests WHERE state = $state", ("$state", (int)state)),
        CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public bool HasUnsignedFile(string requestId) => Session.Scalar(
        // By itself SQLite takes the primary key and reads all files of the request.
        "SELECT 1 FROM files INDEXED BY files_unsigned WHERE request_id = $id AND signed_at IS NULL LIMIT 1",
        ("$id", requestId)) is not null;

    /// <inheritdoc/>
    public int CountSignedFiles(string profile, DateTimeOffset since) => Convert.ToInt32(
        Session.Scalar(
            // A file that a catalog covers has no edits, and took no signature of its own.
            "SELECT COUNT(*) FROM files INDEXED BY files_counted WHERE profile = $profile AND signed_at > $since AND length(edits) > 0",
            ("$profile", profile), ("$since", SqliteRows.FromTime(since))),
        CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public byte[] ReadRecord(long index) =>
        (byte[]?)Session.Scalar("SELECT record FROM records WHERE idx = $idx", ("$idx", index))
        ?? throw new ArgumentOutOfRangeException(nameof(index), index, "the ledger has no record of this index");

    /// <inheritdoc/>
    public IReadOnlyList<LedgerEntry> ReadLedger(long fromIndex, int count)
    {
        var records = Session.Query(
            "SELECT idx, record FROM records WHERE idx >= $from ORDER BY idx LIMIT $count", SqliteRows.Record,
            ("$from", fromIndex), ("$count", count));
        if (records.Count == 0)
        {
            return records;
        }

        var checkpoints = Session.Query(
            "SELECT size, note FROM checkpoints WHERE size > $from AND size <= $end ORDER BY size",
            row => new LedgerEntry(row.GetInt64(0), Record: null, row.GetString(1)),
            ("$from", records[0].Index), ("$end", records[^1].Index + 1));

        // A checkpoint of size n stands behind the record of index n - 1.
        return [.. records.Concat(checkpoints)
            .OrderBy(entry => entry.Record is null ? entry.Index - 1 : entry.Index)
            .ThenBy(entry => entry.Record is null)];
    }

    /// <inheritdoc/>
    public IReadOnlyList<LedgerEntry> SearchLedger(LedgerQuery query) => LedgerSearch.Run(Session, query, LedgerSize);

    /// <inheritdoc/>
    public Receipt GetReceipt(long index)
    {
        var row = Session.Query(
            "SELECT size, note FROM checkpoints ORDER BY size DESC LIMIT 1", reader => (reader.GetInt64(0), reader.GetString(1)));
        var (size, checkpoint) = row.SingleOrDefault();
        return new Receipt
        {
            Record = ByteString.CopyFrom(ReadRecord(index)),
            LeafIndex = index,
            InclusionProof = { MerkleProofs.Inclusion(index, size, ReadNode).Select(ByteString.CopyFrom) },
            Checkpoint = checkpoint,
        };
    }

    /// <inheritdoc/>
    public IReadOnlyList<byte[]> ProveConsistency(long oldSize, long newSize) =>
        MerkleProofs.Consistency(oldSize, newSize, ReadNode);

    /// <summary>Time of a record as it is written there; null where there is no such record.</summary>
    public string? TimeOf(long index) =>
        (string?)Session.Scalar("SELECT time FROM records WHERE idx = $idx", ("$idx", index));

    /// <summary>Hash of a complete subtree.</summary>
    /// <exception cref="InvalidDataException">The store has lost it.</exception>
    public byte[] ReadNode(int level, long index) =>
        (byte[]?)Session.Scalar(
            "SELECT substr(nodes, $offset, $length) FROM records WHERE idx = $idx",
            ("$offset", 1 + level * MerkleHash.Size), ("$length", MerkleHash.Size), ("$idx", MerkleProofs.CompletedBy(level, index)))
            is { Length: MerkleHash.Size } hash
            ? hash
            : throw new InvalidDataException($"The store lacks the tree node of level {level} and index {index}.");
}
