using System.Globalization;

namespace Signet.Protocol.Local;

/// <summary>
/// How many connections each account may have to a local server, and all accounts together. Those who have no business here
/// are counted apart, so that they take no connection from the others.
/// </summary>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class LocalConnections
{
    /// <summary>Most of an account that the server's door admits.</summary>
    public const int MostOfAccount = 64;

    /// <summary>Most of all accounts that the door admits.</summary>
    public const int Most = 256;

    /// <summary>Most of an account that the door does not admit.</summary>
    public const int MostOfStranger = 4;

    /// <summary>Most of all accounts that the door does not admit.</summary>
    public const int MostOfStrangers = 16;

    private readonly Lock _lock = new();
    private readonly Dictionary<(bool IsAdmitted, string Account), int> _byAccount = [];
    private readonly Dictionary<bool, int> _all = [];

    /// <summary>Takes a place for a connection.</summary>
    /// <param name="caller">Who connected.</param>
    /// <param name="isAdmitted">Whether the door admits the account.</param>
    /// <returns>Gives the place back; null where there is none.</returns>
    public IDisposable? TryEnter(PeerIdentity caller, bool isAdmitted)
    {
        var key = (isAdmitted, caller.UserId?.ToString(CultureInfo.InvariantCulture) ?? caller.Account);
        lock (_lock)
        {
            var ofAccount = _byAccount.GetValueOrDefault(key);
            var all = _all.GetValueOrDefault(isAdmitted);
            if (ofAccount >= (isAdmitted ? MostOfAccount : MostOfStranger) || all >= (isAdmitted ? Most : MostOfStrangers))
            {
                return null;
            }

            _byAccount[key] = ofAccount + 1;
            _all[isAdmitted] = all + 1;
        }

        return new Place(this, key);
    }

    private void Leave((bool IsAdmitted, string Account) key)
    {
        lock (_lock)
        {
            _all[key.IsAdmitted]--;
            if (--_byAccount[key] == 0)
            {
                _byAccount.Remove(key);
            }
        }
    }

    private sealed class Place(LocalConnections connections, (bool, string) key) : IDisposable
    {
        private LocalConnections? _connections = connections;

        public void Dispose() => Interlocked.Exchange(ref _connections, null)?.Leave(key);
    }
}
