using Signet.Agent.Ledger;

namespace Signet.Agent.Access;

/// <summary>Whose refusals are counted together.</summary>
/// <param name="Kind">The kind of the records, one of <see cref="LedgerKinds"/>.</param>
/// <param name="Actor">How the ledger calls such a source: "remote", "account".</param>
/// <param name="Name">The group of addresses, or the account.</param>
internal sealed record RefusalSource(string Kind, string Actor, string Name)
{
    private const string Account = "account";

    private const string Remote = "remote";

    /// <summary>Whether it is on the network.</summary>
    public bool IsRemote => Actor == Remote;

    /// <summary>What is counted together where there are too many to be counted apart.</summary>
    public RefusalSource Further => this with { Name = IsRemote ? "further addresses" : "further accounts" };

    /// <summary>Callers on the network who can use this address.</summary>
    public static RefusalSource OfAddress(string remoteAddress) =>
        new(LedgerKinds.AccessRefused, Remote, RemoteAddressGroup.Of(remoteAddress));

    /// <summary>An account of the signing node.</summary>
    public static RefusalSource OfAccount(string account) => new(LedgerKinds.OperatorRefused, Account, account);
}
