using Google.Protobuf;
using Signet.Agent.Ledger;
using Signet.Protocol.V1;

namespace Signet.Agent.Storage.Sqlite;

/// <summary>Changes in the writer's session, inside its transaction.</summary>
/// <param name="session">The writer's session.</param>
/// <param name="tip">What the last commit left; null where the store has to be asked.</param>
/// <param name="time">The node's clock.</param>
internal sealed class SqliteAgentTransaction(SqliteSession session, LedgerTip? tip, TimeProvider time)
    : SqliteAgentReader(session), IAgentTransaction
{
    private bool _hasAppended;

    /// <summary>What the next record is built on; null where the store has to be asked.</summary>
    public LedgerTip? Tip { get; private set; } = tip;

    /// <inheritdoc/>
    public long Append(LedgerRecord record)
    {
        var tip = Tip ??= LedgerTip.Read(this);
        var index = tip.Tree.Size;
        var now = TimeAfter(tip.LastTime);
        var bytes = CanonicalJson.Write(new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["actor"] = record.Actor,
            ["fields"] = record.Fields,
            ["index"] = index,
            ["kind"] = record.Kind,
            ["time"] = now,
        });
        var completed = tip.Tree.Add(MerkleHash.OfLeaf(bytes));
        Session.Execute(
            """
            INSERT INTO records (idx, record, kind, actor, time, job, profile, file_hashes, nodes)
            VALUES ($idx, $record, $kind, $actor, $time, $job, $profile, $fileHashes, $nodes)
            """,
            ("$idx", index), ("$record", bytes), ("$kind", record.Kind), ("$actor", record.Actor), ("$time", now),
            ("$job", record.Fields.GetValueOrDefault("job")), ("$profile", record.Fields.GetValueOrDefault("profile")),
            ("$fileHashes", FileHashesOf(record)), ("$nodes", HashBlob.Write(completed)));
        RecordTerms.SortAfter(index, Session);
        tip.LastTime = now;
        _hasAppended = true;
        return index;
    }

    /// <summary>Changes were rolled back: what was last is read again.</summary>
    public void Forget()
    {
        Tip = null;
        _hasAppended = false;
    }

    /// <inheritdoc/>
    public void InsertRequest(StoredRequest request, IReadOnlyList<StoredFile> files)
    {
        Session.Execute(
            """
            INSERT INTO requests (request_id, controller, credential, profile, job, state, created_at, expires_at,
                approvals_required, approvals, build, options, manifest_sha256, ended_reason, ended_detail)
            VALUES ($id, $controller, $credential, $profile, $job, $state, $created, $expires,
                $required, $approvals, $build, $options, $manifest, $reason, $detail)
            """,
            ("$id", request.RequestId), ("$controller", request.Controller), ("$credential", request.Credential),
            ("$profile", request.Profile), ("$job", request.Build.JobFullName), ("$state", (int)request.State),
            ("$created", SqliteRows.FromTime(request.CreatedAt)), ("$expires", SqliteRows.FromTime(request.ExpiresAt)),
            ("$required", request.ApprovalsRequired), ("$approvals", ApprovalsOf(request)),
            ("$build", request.Build.ToByteArray()), ("$options", request.Options.ToByteArray()),
            ("$manifest", request.ManifestSha256), ("$reason", (int)request.EndedReason),
            ("$detail", request.EndedDetail));
        for (var position = 0; position < files.Count; position++)
        {
            var file = files[position];
            Session.Execute(
                """
                INSERT INTO files (request_id, position, name, size, sha256, profile)
                VALUES ($id, $position, $name, $size, $sha256, $profile)
                """,
                ("$id", request.RequestId), ("$position", position), ("$name", file.Name), ("$size", file.SizeBytes),
                ("$sha256", file.Sha256), ("$profile", request.Profile));
        }
    }

    /// <inheritdoc/>
    public void UpdateRequest(StoredRequest request) => RequireOne(Session.Execute(
        """
        UPDATE requests SET state = $state, expires_at = $expires, approvals = $approvals,
            ended_reason = $reason, ended_detail = $detail WHERE request_id = $id
        """,
        ("$id", request.RequestId), ("$state", (int)request.State), ("$expires", SqliteRows.FromTime(request.ExpiresAt)),
        ("$approvals", ApprovalsOf(request)), ("$reason", (int)request.EndedReason), ("$detail", request.EndedDetail)));

    /// <inheritdoc/>
    public void SaveResult(string requestId, string fileName, StoredResult result) => RequireOne(Session.Execute(
        """
        UPDATE files SET signed_at = $at, leaf_index = $leaf, result = $result, edits = $edits
        WHERE request_id = $id AND name = $name AND signed_at IS NULL
        """,
        ("$id", requestId), ("$name", fileName), ("$at", SqliteRows.FromTime(result.SignedAt)),
        ("$leaf", result.LeafIndex), ("$result", result.File.ToByteArray()), ("$edits", EditBlob.Write(result.Edits))));

    /// <summary>Signs the tree as it stands and keeps the checkpoint; nothing where the newest one covers it already.</summary>
    /// <returns>The new checkpoint; null where there is none.</returns>
    public string? AddCheckpoint(LedgerKey key)
    {
        // Where the newest record is of this transaction, there is no checkpoint for it yet.
        if (!_hasAppended && HasCheckpointOfAll())
        {
            return null;
        }

        var tree = (Tip ??= LedgerTip.Read(this)).Tree;
        var note = new Checkpoint(key.Verifier.Name, tree.Size, tree.Root).Sign(key);
        Session.Execute("INSERT INTO checkpoints (size, note) VALUES ($size, $note)", ("$size", tree.Size), ("$note", note));
        return note;
    }

    private bool HasCheckpointOfAll()
    {
        var size = Tip?.Tree.Size ?? LedgerSize;
        return size == 0 || Session.Scalar("SELECT 1 FROM checkpoints WHERE size = $size", ("$size", size)) is not null;
    }

    private static byte[] FileHashesOf(LedgerRecord record)
    {
        var hashes = new List<byte[]>(2);
        foreach (var name in (ReadOnlySpan<string>)["originalSha256", "signedSha256"])
        {
            if (record.Fields.GetValueOrDefault(name) is byte[] sha256)
            {
                hashes.Add(sha256);
            }
        }

        return HashBlob.Write(hashes);
    }

    // Records never go back in time, whatever happens to the node's clock.
    private string TimeAfter(string? last)
    {
        var now = CanonicalJson.Time(time.GetUtcNow());
        return string.CompareOrdinal(now, last) < 0 ? last! : now;
    }

    private static byte[] ApprovalsOf(StoredRequest request) =>
        new SigningRequest { Approvals = { request.Approvals } }.ToByteArray();

    private static void RequireOne(int rows)
    {
        if (rows != 1)
        {
            throw new InvalidOperationException($"a change of one row met {rows} rows");
        }
    }
}
