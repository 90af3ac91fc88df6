namespace Signet.Agent.Ledger;

/// <summary>
/// What is to be recorded. The store adds index and time and writes it as canonical JSON (RFC 8785); those bytes are the
/// leaf of the Merkle tree.
/// </summary>
/// <param name="Kind">One of <see cref="LedgerKinds"/>.</param>
/// <param name="Actor">
/// Who caused it: "controller:NAME", "operator:ACCOUNT", "account:ACCOUNT", "agent", "remote:ADDRESS".
/// </param>
/// <param name="Fields">
/// Names in camelCase. Values: string, bool, int, long, null, DateTimeOffset, byte[] (written in lower-case
/// hexadecimal), or lists and string-keyed dictionaries of these.
/// </param>
internal sealed record LedgerRecord(string Kind, string Actor, IReadOnlyDictionary<string, object?> Fields);

/// <summary>One thing read from the ledger: a record, or a checkpoint that covers every record before it.</summary>
/// <param name="Index">Of a record: its index. Of a checkpoint: the tree size it signs.</param>
/// <param name="Record">Stored bytes of a record; null for a checkpoint.</param>
/// <param name="Checkpoint">Text of a checkpoint; null for a record.</param>
internal sealed record LedgerEntry(long Index, byte[]? Record, string? Checkpoint);

/// <summary>Which records to find; a record matches when all that is set matches.</summary>
internal sealed record LedgerQuery
{
    /// <summary>Kind, exactly.</summary>
    public string? Kind { get; init; }

    /// <summary>Full name of the job, exactly.</summary>
    public string? JobFullName { get; init; }

    /// <summary>Name of the profile, exactly.</summary>
    public string? Profile { get; init; }

    /// <summary>Actor, exactly.</summary>
    public string? Actor { get; init; }

    /// <summary>SHA-256 of a file before or after it was signed.</summary>
    public byte[]? FileSha256 { get; init; }

    /// <summary>At this moment or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Before this moment.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>At most so many.</summary>
    public int Limit { get; init; } = 100;
}
