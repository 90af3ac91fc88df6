namespace Signet.Agent.Storage;

/// <summary>
/// Requests and ledger in one store, so that a change of a request and its record in the ledger are on disk together
/// or not at all. SQLite is the embedded default; nothing here depends on it.
/// </summary>
/// <remarks>Safe for use by several threads at once. All writes run one after the other on one writer.</remarks>
internal interface IAgentStore : IAsyncDisposable
{
    /// <summary>The ledger's public key as a C2SP verifier key: name+hash+base64.</summary>
    string VerifierKey { get; }

    /// <summary>False after a write failed for a reason that lies in the store; nothing may be signed then.</summary>
    bool IsWritable { get; }

    /// <summary>
    /// Runs <paramref name="work"/> in a transaction. Several callers share one commit to disk and one signed
    /// checkpoint; the task completes once both are durable. What <paramref name="work"/> throws undoes its own changes
    /// alone and is passed on.
    /// </summary>
    /// <param name="work">Short, without input or output of its own; runs on the writer's thread.</param>
    /// <param name="cancellationToken">Ends the wait before the work starts; work that has started is finished.</param>
    /// <exception cref="Signet.Protocol.Errors.SigningException">LEDGER_UNAVAILABLE: nothing was written.</exception>
    Task<T> CommitAsync<T>(Func<IAgentTransaction, T> work, CancellationToken cancellationToken);

    /// <summary>
    /// As <see cref="CommitAsync{T}"/>, with an answer that is read in the same transaction once its checkpoint is there: a
    /// receipt, for instance. What <paramref name="answer"/> throws is a fault of the store, and nothing is written.
    /// </summary>
    /// <param name="work">Short, without input or output of its own; runs on the writer's thread.</param>
    /// <param name="answer">Reads the answer out of what <paramref name="work"/> returned; changes nothing.</param>
    /// <param name="cancellationToken">Ends the wait before the work starts; work that has started is finished.</param>
    /// <exception cref="Signet.Protocol.Errors.SigningException">LEDGER_UNAVAILABLE: nothing was written.</exception>
    Task<TAnswer> CommitAsync<T, TAnswer>(
        Func<IAgentTransaction, T> work, Func<IAgentReader, T, TAnswer> answer, CancellationToken cancellationToken);

    /// <summary>Runs <paramref name="query"/> on a consistent snapshot of what is durable.</summary>
    Task<T> ReadAsync<T>(Func<IAgentReader, T> query, CancellationToken cancellationToken);
}
