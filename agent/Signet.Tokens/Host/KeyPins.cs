using System.Globalization;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Tokens.Host;

/// <summary>
/// The PINs that operators gave for keys which want one at each use (CKA_ALWAYS_AUTHENTICATE, PKCS#11 2.40 base, section
/// 4.9): each for one request and as many signatures as that has files.
/// </summary>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class KeyPins(TimeProvider time) : IDisposable
{
    private const int MostRequests = 100;
    private const int MostSignatures = 100_000;

    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string RequestId, string KeyLabel), Held> _held = [];

    /// <summary>Keeps a PIN, in place of an earlier one for the same request.</summary>
    /// <param name="requestId">The request.</param>
    /// <param name="keyLabel">The key.</param>
    /// <param name="pin">The PIN; it belongs to this object now.</param>
    /// <param name="signatures">How many it serves, 1 to 100,000.</param>
    /// <param name="expiresAt">When it is forgotten.</param>
    /// <param name="acceptFinalTry">Use it although one more wrong PIN blocks the token.</param>
    /// <exception cref="SigningException">INVALID_REQUEST; the PIN is zeroed.</exception>
    public void Give(string requestId, string keyLabel, Secret pin, int signatures, DateTimeOffset expiresAt, bool acceptFinalTry)
    {
        lock (_lock)
        {
            DropExpired();
            var key = (requestId, keyLabel);
            if (signatures is < 1 or > MostSignatures || (_held.Count >= MostRequests && !_held.ContainsKey(key)))
            {
                pin.Dispose();
                throw new SigningException(
                    ErrorReason.InvalidRequest,
                    string.Create(CultureInfo.InvariantCulture, $"A PIN serves 1 to {MostSignatures} signatures, and at most {MostRequests} requests have one at a time."));
            }

            var latest = time.GetUtcNow() + Longest;
            Drop(key);
            _held[key] = new Held(pin, expiresAt < latest ? expiresAt : latest, acceptFinalTry) { Left = signatures };
        }
    }

    /// <summary>What is known of the PIN for a request; null where there is none.</summary>
    public (bool Proved, bool AcceptFinalTry)? Look(string requestId, string keyLabel)
    {
        lock (_lock)
        {
            DropExpired();
            return _held.TryGetValue((requestId, keyLabel), out var held) ? (held.Proved, held.AcceptFinalTry) : null;
        }
    }

    /// <summary>The token took the PIN.</summary>
    public void Prove(string requestId, string keyLabel)
    {
        lock (_lock)
        {
            if (_held.TryGetValue((requestId, keyLabel), out var held))
            {
                held.Proved = true;
            }
        }
    }

    /// <summary>A copy of the PIN for one signature; null where there is none. The caller disposes of it.</summary>
    public Secret? Take(string requestId, string keyLabel)
    {
        lock (_lock)
        {
            DropExpired();
            var key = (requestId, keyLabel);
            if (!_held.TryGetValue(key, out var held))
            {
                return null;
            }

            var copy = GC.AllocateArray<byte>(held.Pin.Bytes.Length, pinned: true);
            held.Pin.Bytes.CopyTo(copy, 0);
            if (--held.Left == 0)
            {
                Drop(key);
            }

            return Secret.TakeOver(copy);
        }
    }

    /// <summary>Forgets what was given for a request: the token did not take it.</summary>
    public void Forget(string requestId, string keyLabel)
    {
        lock (_lock)
        {
            Drop((requestId, keyLabel));
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            foreach (var key in _held.Keys.ToList())
            {
                Drop(key);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();

    private void DropExpired()
    {
        var now = time.GetUtcNow();
        foreach (var key in _held.Where(entry => entry.Value.ExpiresAt <= now).Select(entry => entry.Key).ToList())
        {
            Drop(key);
        }
    }

    private void Drop((string RequestId, string KeyLabel) key)
    {
        if (_held.Remove(key, out var held))
        {
            held.Pin.Dispose();
        }
    }

    private sealed class Held(Secret pin, DateTimeOffset expiresAt, bool acceptFinalTry)
    {
        public Secret Pin => pin;

        public DateTimeOffset ExpiresAt => expiresAt;

        public bool AcceptFinalTry => acceptFinalTry;

        public bool Proved { get; set; }

        public int Left { get; set; }
    }
}
