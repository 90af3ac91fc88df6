using Signet.Agent.Ledger;
using Signet.Protocol.V1;

namespace Signet.Agent.Storage;

/// <summary>What can be asked of the store.</summary>
internal interface IAgentReader
{
    /// <summary>The request; null where there is none with this id.</summary>
    StoredRequest? FindRequest(string requestId);

    /// <summary>Requests that match, newest first.</summary>
    IReadOnlyList<StoredRequest> ListRequests(RequestQuery query);

    /// <summary>How many requests are in a state.</summary>
    int CountRequests(RequestState state);

    /// <summary>The files of a request in the order of its manifest.</summary>
    IReadOnlyList<StoredFile> ListFiles(string requestId);

    /// <summary>One file of a request; null where the manifest has none of this name.</summary>
    StoredFile? FindFile(string requestId, string fileName);

    /// <summary>What signing a file resulted in; null while it is not signed.</summary>
    StoredResult? FindResult(string requestId, string fileName);

    /// <summary>
    /// The last file of a name that was signed for the same controller, job and profile by another request; null for none.
    /// </summary>
    PreviousFile? FindPrevious(StoredRequest request, string fileName);

    /// <summary>Whether a file of a request is not signed yet.</summary>
    bool HasUnsignedFile(string requestId);

    /// <summary>How many files were signed with a profile since a moment.</summary>
    int CountSignedFiles(string profile, DateTimeOffset since);

    /// <summary>Number of records in the ledger.</summary>
    long LedgerSize { get; }

    /// <summary>The newest signed checkpoint as text; null while the ledger is empty.</summary>
    string? LatestCheckpoint { get; }

    /// <summary>The stored bytes of a record.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such index.</exception>
    byte[] ReadRecord(long index);

    /// <summary>Records and checkpoints from an index on, in order, at most <paramref name="count"/> records.</summary>
    IReadOnlyList<LedgerEntry> ReadLedger(long fromIndex, int count);

    /// <summary>Records that match, oldest first.</summary>
    IReadOnlyList<LedgerEntry> SearchLedger(LedgerQuery query);

    /// <summary>Record, inclusion proof and newest checkpoint.</summary>
    Receipt GetReceipt(long index);

    /// <summary>Consistency proof between two tree sizes (RFC 6962 section 2.1.2).</summary>
    IReadOnlyList<byte[]> ProveConsistency(long oldSize, long newSize);
}
