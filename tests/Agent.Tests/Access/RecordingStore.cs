using System.Collections.Concurrent;
using Signet.Agent.Ledger;
using Signet.Agent.Storage;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.Tests.Access;

/// <summary>Keeps the records of commits in memory, and can be made to fail or to wait, which a real store cannot.</summary>
internal sealed class RecordingStore : IAgentStore
{
    private readonly ConcurrentQueue<LedgerRecord> _records = new();

    public IReadOnlyList<LedgerRecord> Records => [.. _records];

    public bool Fails { get; set; }

    /// <summary>Commits wait for this task.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public string VerifierKey => string.Empty;

    public bool IsWritable => !Fails;

    public Task<T> CommitAsync<T>(Func<IAgentTransaction, T> work, CancellationToken cancellationToken) =>
        CommitAsync(work, (_, value) => value, cancellationToken);

    public async Task<TAnswer> CommitAsync<T, TAnswer>(
        Func<IAgentTransaction, T> work, Func<IAgentReader, T, TAnswer> answer, CancellationToken cancellationToken)
    {
        await Gate.WaitAsync(cancellationToken);
        if (Fails)
        {
            throw new SigningException(ErrorReason.LedgerUnavailable, "the disk is full");
        }

        var transaction = new Transaction(_records);
        return answer(transaction, work(transaction));
    }

    public Task<T> ReadAsync<T>(Func<IAgentReader, T> query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Transaction(ConcurrentQueue<LedgerRecord> records) : IAgentTransaction
    {
        public long LedgerSize => records.Count;

        public string? LatestCheckpoint => throw new NotSupportedException();

        public long Append(LedgerRecord record)
        {
            records.Enqueue(record);
            return records.Count - 1;
        }

        public StoredRequest? FindRequest(string requestId) => throw new NotSupportedException();

        public IReadOnlyList<StoredRequest> ListRequests(RequestQuery query) => throw new NotSupportedException();

        public IReadOnlyList<StoredFile> ListFiles(string requestId) => throw new NotSupportedException();

        public StoredFile? FindFile(string requestId, string fileName) => throw new NotSupportedException();

        public StoredResult? FindResult(string requestId, string fileName) => throw new NotSupportedException();

        public PreviousFile? FindPrevious(StoredRequest request, string fileName) => throw new NotSupportedException();

        public int CountRequests(RequestState state) => throw new NotSupportedException();

        public bool HasUnsignedFile(string requestId) => throw new NotSupportedException();

        public int CountSignedFiles(string profile, DateTimeOffset since) => throw new NotSupportedException();

        public byte[] ReadRecord(long index) => throw new NotSupportedException();

        public IReadOnlyList<LedgerEntry> ReadLedger(long fromIndex, int count) => throw new NotSupportedException();

        public IReadOnlyList<LedgerEntry> SearchLedger(LedgerQuery query) => throw new NotSupportedException();

        public Receipt GetReceipt(long index) => throw new NotSupportedException();

        public IReadOnlyList<byte[]> ProveConsistency(long oldSize, long newSize) => throw new NotSupportedException();

        public void InsertRequest(StoredRequest request, IReadOnlyList<StoredFile> files) => throw new NotSupportedException();

        public void UpdateRequest(StoredRequest request) => throw new NotSupportedException();

        public void SaveResult(string requestId, string fileName, StoredResult result) => throw new NotSupportedException();
    }
}
