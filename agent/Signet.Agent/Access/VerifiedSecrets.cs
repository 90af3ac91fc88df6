using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Signet.Agent.Access;

/// <summary>
/// Remembers which secrets were verified, so that the next call with the same one costs microseconds. What it keeps is an
/// HMAC-SHA256 under a random key of this process, of no use outside it.
/// </summary>
/// <remarks>Safe for several threads at once. Holds at most one entry for each credential of the configuration.</remarks>
internal sealed class VerifiedSecrets
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly ConcurrentDictionary<string, bool> _verified = new(StringComparer.Ordinal);

    /// <summary>How many are remembered.</summary>
    public int Count => _verified.Count;

    /// <summary>The tag of a name with a secret.</summary>
    public string Tag(string name, ReadOnlySpan<byte> secret)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        var nameBytes = Encoding.UTF8.GetBytes(name);

        // With the length in front no other name and secret give the same bytes.
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, nameBytes.Length);
        hmac.AppendData(length);
        hmac.AppendData(nameBytes);
        hmac.AppendData(secret);
        return Convert.ToHexString(hmac.GetHashAndReset());
    }

    /// <summary>Whether this name with this secret was verified.</summary>
    public bool Contains(string tag) => _verified.ContainsKey(tag);

    /// <summary>Remembers it.</summary>
    public void Add(string tag) => _verified[tag] = true;
}
