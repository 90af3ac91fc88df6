using System.Collections.Concurrent;

namespace Signet.Agent.Ledger.Auditing;

/// <summary>
/// Reads a ledger and examines its entries on all processors, while the caller takes them in their order. What is read ahead
/// is bounded, so memory does not grow with the ledger.
/// </summary>
internal static class Examination
{
    private const int EntriesOfBatch = 1024;
    private const int MaxBatchesAhead = 8;

    /// <summary>The entries in their order.</summary>
    /// <param name="source">The ledger.</param>
    /// <param name="verifier">Its public key.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="FormatException">The ledger cannot be read on.</exception>
    public static IEnumerable<ExaminedEntry> Of(ILedgerSource source, VerifierKey verifier, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var batches = new BlockingCollection<Task<ExaminedEntry[]>>(MaxBatchesAhead);
        var reading = Task.Factory.StartNew(
            () => Read(source, verifier, batches, ended.Token), CancellationToken.None, TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        try
        {
            foreach (var batch in batches.GetConsumingEnumerable(cancellationToken))
            {
                foreach (var entry in batch.GetAwaiter().GetResult())
                {
                    yield return entry;
                }
            }

            reading.GetAwaiter().GetResult();
        }
        finally
        {
            // The caller may have seen enough.
            ended.Cancel();
            Task.WaitAny([reading], CancellationToken.None);
        }
    }

    private static void Read(
        ILedgerSource source, VerifierKey verifier, BlockingCollection<Task<ExaminedEntry[]>> batches,
        CancellationToken cancellationToken)
    {
        var batch = new List<AuditedEntry>(EntriesOfBatch);
        try
        {
            foreach (var entry in source.Read())
            {
                batch.Add(entry);
                if (batch.Count == EntriesOfBatch)
                {
                    Hand();
                }
            }
        }
        finally
        {
            // What was read before the source broke off counts.
            try
            {
                Hand();
            }
            finally
            {
                batches.CompleteAdding();
            }
        }

        void Hand()
        {
            var entries = batch.ToArray();
            batch.Clear();
            batches.Add(
                Task.Run(() => Array.ConvertAll(entries, entry => ExaminedEntry.Of(entry, verifier)), cancellationToken),
                cancellationToken);
        }
    }
}
