namespace Signet.Agent.Storage.Sqlite;

/// <summary>Where a store lies and what its ledger is called.</summary>
/// <param name="DatabasePath">The SQLite file; made where it is missing.</param>
/// <param name="LedgerKeyPath">The ledger's private key; made where it is missing and the ledger is empty.</param>
/// <param name="Origin">Name of the ledger in its checkpoints; no space and no '+'.</param>
internal sealed record SqliteStoreOptions(string DatabasePath, string LedgerKeyPath, string Origin)
{
    /// <summary>The newest checkpoint, beside the store: shows that the end of the store was cut off.</summary>
    public string CheckpointPath => Path.ChangeExtension(DatabasePath, ".checkpoint");

    /// <summary>Held by the agent that uses the store.</summary>
    public string LockPath => Path.ChangeExtension(DatabasePath, ".lock");
}
