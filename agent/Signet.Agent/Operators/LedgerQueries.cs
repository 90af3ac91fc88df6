using Google.Protobuf;
using Grpc.Core;
using Signet.Agent.Ledger;
using Signet.Agent.Ledger.Auditing;
using Signet.Agent.Storage;
using Signet.Agent.Storage.Sqlite;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.Operators;

/// <summary>What auditors ask of the ledger of a running agent.</summary>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class LedgerQueries(IAgentStore store, ILedgerSource source, SqliteStoreOptions files)
{
    private const int DefaultRecords = 100;
    private const int MaxRecords = 10_000;
    private const int ExportPage = 1000;
    private const int Sha256Bytes = 32;

    /// <summary>Writes the records that match, oldest first.</summary>
    /// <exception cref="SigningException">INVALID_REQUEST.</exception>
    public async Task SearchAsync(
        SearchLedgerRequest request, IAsyncStreamWriter<SearchLedgerResponse> responses, CancellationToken cancellationToken)
    {
        if (request.FileSha256.Length is not (0 or Sha256Bytes))
        {
            throw new SigningException(ErrorReason.InvalidRequest, $"file_sha256 is not {Sha256Bytes} bytes long.");
        }

        var query = new LedgerQuery
        {
            Kind = NullIfEmpty(request.Kind),
            JobFullName = NullIfEmpty(request.JobFullName),
            Profile = NullIfEmpty(request.Profile),
            Actor = NullIfEmpty(request.Actor),
            FileSha256 = request.FileSha256.Length == 0 ? null : request.FileSha256.ToByteArray(),
            From = request.From?.ToDateTimeOffset(),
            Until = request.Until?.ToDateTimeOffset(),
            Limit = Limits.Of(request.Limit, DefaultRecords, MaxRecords),
        };
        foreach (var entry in await store.ReadAsync(reader => reader.SearchLedger(query), cancellationToken))
        {
            await responses.WriteAsync(new SearchLedgerResponse { Leaf = ToLeaf(entry) }, cancellationToken);
        }
    }

    /// <summary>Writes every record from an index on, and every checkpoint behind the last record that it covers.</summary>
    /// <exception cref="SigningException">INVALID_REQUEST: the ledger has no such index.</exception>
    public async Task ExportAsync(
        long fromIndex, IAsyncStreamWriter<ExportLedgerResponse> responses, CancellationToken cancellationToken)
    {
        // What is appended meanwhile belongs to the next export.
        var end = await store.ReadAsync(reader => reader.LedgerSize, cancellationToken);
        if (fromIndex < 0 || fromIndex > end)
        {
            throw new SigningException(
                ErrorReason.InvalidRequest, $"from_index is {fromIndex}, and the ledger has {end} records.");
        }

        for (var next = fromIndex; next < end;)
        {
            var count = (int)Math.Min(ExportPage, end - next);
            var first = next;
            var page = await store.ReadAsync(reader => reader.ReadLedger(first, count), cancellationToken);
            foreach (var entry in page)
            {
                var response = entry.Checkpoint is { } checkpoint
                    ? new ExportLedgerResponse { Checkpoint = checkpoint }
                    : new ExportLedgerResponse { Leaf = ToLeaf(entry) };
                await responses.WriteAsync(response, cancellationToken);
            }

            next += count;
        }
    }

    /// <summary>Recomputes the whole ledger as it is on disk.</summary>
    public async Task<VerifyLedgerResponse> VerifyAsync(CancellationToken cancellationToken)
    {
        // The checkpoint beside the store is read first: the ledger may only grow behind it.
        var kept = File.Exists(files.CheckpointPath)
            ? await File.ReadAllTextAsync(files.CheckpointPath, cancellationToken) : null;
        var verifier = new LedgerVerifier(VerifierKey.Parse(store.VerifierKey));
        var result = await Task.Run(
            () => verifier.Verify(source, kept is null ? [] : [kept], cancellationToken), cancellationToken);
        var response = new VerifyLedgerResponse
        {
            Holds = result.Holds,
            Size = result.Size,
            Detail = string.Join('\n', result.Findings.Select(finding => finding.Detail)),
        };
        if (result.Findings.FirstOrDefault(finding => finding.Index is not null)?.Index is { } index)
        {
            response.FirstBadIndex = index;
        }

        return response;
    }

    /// <summary>Proves that the ledger of one size begins with that of a smaller size.</summary>
    /// <exception cref="SigningException">INVALID_REQUEST: the ledger never had such sizes.</exception>
    public async Task<ProveConsistencyResponse> ProveConsistencyAsync(
        long oldSize, long newSize, CancellationToken cancellationToken)
    {
        var proof = await store.ReadAsync(
            reader => oldSize >= 0 && oldSize <= newSize && newSize <= reader.LedgerSize
                ? reader.ProveConsistency(oldSize, newSize)
                : throw new SigningException(
                    ErrorReason.InvalidRequest,
                    $"The ledger has {reader.LedgerSize} records; there is no proof from {oldSize} to {newSize}."),
            cancellationToken);
        return new ProveConsistencyResponse { Proof = { proof.Select(hash => ByteString.CopyFrom(hash)) } };
    }

    private static LedgerLeaf ToLeaf(LedgerEntry entry) =>
        new() { Index = entry.Index, Record = ByteString.CopyFrom(entry.Record) };

    private static string? NullIfEmpty(string text) => text.Length > 0 ? text : null;
}
