using Signet.Agent.Ledger;

namespace Signet.Agent.Storage;

/// <summary>One caller's changes inside a commit.</summary>
internal interface IAgentTransaction : IAgentReader
{
    /// <summary>Appends a record to the ledger.</summary>
    /// <returns>Its index, counted from 0.</returns>
    long Append(LedgerRecord record);

    /// <summary>Adds a request with its files, none of them signed.</summary>
    void InsertRequest(StoredRequest request, IReadOnlyList<StoredFile> files);

    /// <summary>Replaces the changeable part of a request: state, end, expiry and approvals.</summary>
    void UpdateRequest(StoredRequest request);

    /// <summary>Keeps what signing a file resulted in.</summary>
    void SaveResult(string requestId, string fileName, StoredResult result);
}
