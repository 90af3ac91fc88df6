using System.Security.Cryptography;

namespace Signet.Tokens.Quorum;

/// <summary>
/// The shares that operators have given so far for one purpose. They are zeroed when the purpose is reached, when another
/// one begins, and a few minutes after the first of them.
/// </summary>
/// <remarks>Used by one thread at a time.</remarks>
internal sealed class ShareGathering(TimeProvider time) : IDisposable
{
    /// <summary>How long the first share waits for the others.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, IReadOnlyDictionary<string, (byte Number, byte[] Share)>> _byAccount = new(StringComparer.Ordinal);
    private long _since;

    /// <summary>What they are for; empty while there are none.</summary>
    public string Purpose { get; private set; } = string.Empty;

    /// <summary>Who gave one, in order.</summary>
    public IReadOnlyList<string> Accounts { get; private set; } = [];

    /// <summary>Whether there are shares that waited too long.</summary>
    public bool IsOverdue => Accounts.Count > 0 && time.GetElapsedTime(_since) >= Patience;

    /// <summary>Takes an operator's shares, in place of the same operator's earlier ones.</summary>
    /// <param name="purpose">What for; shares for another purpose are dropped.</param>
    /// <param name="account">The operator.</param>
    /// <param name="shares">By generation of the quorum.</param>
    public void Add(string purpose, string account, IReadOnlyDictionary<string, (byte Number, byte[] Share)> shares)
    {
        if (Purpose != purpose)
        {
            Clear();
        }

        if (Accounts.Count == 0)
        {
            Purpose = purpose;
            _since = time.GetTimestamp();
        }

        if (_byAccount.Remove(account, out var earlier))
        {
            Zero(earlier);
        }
        else
        {
            Accounts = [.. Accounts, account];
        }

        _byAccount[account] = shares;
    }

    /// <summary>The shares of one generation.</summary>
    public IReadOnlyList<(byte Number, byte[] Share)> Of(string generation) =>
        [.. _byAccount.Values.Where(shares => shares.ContainsKey(generation)).Select(shares => shares[generation])];

    /// <summary>Zeroes and forgets the shares of accounts that may give none any more.</summary>
    /// <param name="may">Whether an account may.</param>
    /// <returns>Whose were dropped.</returns>
    public IReadOnlyList<string> Drop(Func<string, bool> may)
    {
        var former = Accounts.Where(account => !may(account)).ToList();
        foreach (var account in former)
        {
            if (_byAccount.Remove(account, out var shares))
            {
                Zero(shares);
            }
        }

        Accounts = former.Count == 0 ? Accounts : [.. Accounts.Where(_byAccount.ContainsKey)];
        if (Accounts.Count == 0)
        {
            Purpose = string.Empty;
        }

        return former;
    }

    /// <summary>Zeroes and forgets every share.</summary>
    public void Clear()
    {
        foreach (var shares in _byAccount.Values)
        {
            Zero(shares);
        }

        _byAccount.Clear();
        Accounts = [];
        Purpose = string.Empty;
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();

    private static void Zero(IReadOnlyDictionary<string, (byte Number, byte[] Share)> shares)
    {
        foreach (var (_, share) in shares.Values)
        {
            CryptographicOperations.ZeroMemory(share);
        }
    }
}
