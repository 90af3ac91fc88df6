using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Data.Sqlite;
using Signet.Agent.Ledger;
using Signet.Protocol.V1;

namespace Signet.Agent.Storage.Sqlite;

/// <summary>Rows as values. Times are kept as microseconds since 1970, UTC.</summary>
internal static class SqliteRows
{
    private const long TicksPerMicrosecond = TimeSpan.TicksPerMillisecond / 1000;

    /// <summary>A moment as it is kept; null for null.</summary>
    public static long? FromTime(DateTimeOffset? time) =>
        (time?.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TicksPerMicrosecond;

    /// <summary>A kept moment.</summary>
    public static DateTimeOffset ToTime(long microseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks(microseconds * TicksPerMicrosecond);

    /// <summary>A row of requests.</summary>
    public static StoredRequest Request(SqliteDataReader row) => new()
    {
        RequestId = row.GetString(0),
        Controller = row.GetString(1),
        Credential = row.GetString(2),
        Profile = row.GetString(3),
        State = (RequestState)row.GetInt32(4),
        CreatedAt = ToTime(row.GetInt64(5)),
        ExpiresAt = row.IsDBNull(6) ? null : ToTime(row.GetInt64(6)),
        ApprovalsRequired = row.GetInt32(7),
        Approvals = SigningRequest.Parser.ParseFrom(row.GetFieldValue<byte[]>(8)).Approvals,
        Build = Build.Parser.ParseFrom(row.GetFieldValue<byte[]>(9)),
        Options = SigningOptions.Parser.ParseFrom(row.GetFieldValue<byte[]>(10)),
        ManifestSha256 = row.GetFieldValue<byte[]>(11),
        EndedReason = (ErrorReason)row.GetInt32(12),
        EndedDetail = row.GetString(13),
    };

    /// <summary>A row of files.</summary>
    public static StoredFile File(SqliteDataReader row) => new(
        row.GetString(0), row.GetInt64(1), row.GetFieldValue<byte[]>(2),
        row.IsDBNull(3) ? null : ToTime(row.GetInt64(3)));

    /// <summary>A file that was signed before, with the build that wanted it.</summary>
    public static PreviousFile Previous(SqliteDataReader row)
    {
        var build = Build.Parser.ParseFrom(row.GetFieldValue<byte[]>(2));
        return new PreviousFile
        {
            Name = row.GetString(0),
            RequestId = row.GetString(1),
            BuildNumber = build.Number,
            ScmCommit = build.Scm?.Commit ?? string.Empty,
            Sha256 = ByteString.CopyFrom(row.GetFieldValue<byte[]>(3)),
            SizeBytes = row.GetInt64(4),
            SignedSha256 = SignedFile.Parser.ParseFrom(row.GetFieldValue<byte[]>(5)).SignedSha256,
            SignedAt = ToTime(row.GetInt64(6)).ToTimestamp(),
        };
    }

    /// <summary>The result columns of a row of files.</summary>
    public static StoredResult Result(SqliteDataReader row) => new(
        ToTime(row.GetInt64(0)), row.GetInt64(1), SignedFile.Parser.ParseFrom(row.GetFieldValue<byte[]>(2)),
        EditBlob.Read(row.GetFieldValue<byte[]>(3)));

    /// <summary>A row of records.</summary>
    public static LedgerEntry Record(SqliteDataReader row) =>
        new(row.GetInt64(0), row.GetFieldValue<byte[]>(1), Checkpoint: null);
}
