using System.Collections.Concurrent;

namespace Signet.Agent.Keys;

/// <summary>Counts signatures by key since the agent started, for the status screen.</summary>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class SignatureCounters(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, (long Count, DateTimeOffset Last)> _byKey = new(StringComparer.Ordinal);

    /// <summary>Counts one signature.</summary>
    public void Count(string keyName)
    {
        var now = time.GetUtcNow();
        _byKey.AddOrUpdate(keyName, (1, now), (_, old) => (old.Count + 1, now));
    }

    /// <summary>How many, and when the last one was made; null for none.</summary>
    public (long Count, DateTimeOffset? Last) Read(string keyName) =>
        _byKey.TryGetValue(keyName, out var value) ? (value.Count, value.Last) : (0, null);
}
