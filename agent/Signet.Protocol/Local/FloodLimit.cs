namespace Signet.Protocol.Local;

/// <summary>
/// Bounds how often something is written down that anybody can cause: the first few of each minute from each source, and a
/// count of the rest. No source hides another one.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="mostInMinute">So many of each source in a minute.</param>
/// <remarks>Safe for use by several threads at once.</remarks>
public sealed class FloodLimit(TimeProvider time, int mostInMinute)
{
    /// <summary>Most sources that are counted apart; further ones are counted together.</summary>
    public const int MostSources = 256;

    private const string FurtherSources = "";

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Source> _sources = new(StringComparer.Ordinal);

    /// <summary>Whether this one is to be written.</summary>
    /// <param name="source">Whose it is.</param>
    /// <param name="suppressed">How many of this source were not, since the last that was.</param>
    public bool TryTake(string source, out long suppressed)
    {
        lock (_lock)
        {
            var found = Find(source);
            suppressed = 0;
            if (time.GetElapsedTime(found.Start) >= Window)
            {
                (found.Start, found.Taken) = (time.GetTimestamp(), 0);
            }

            if (found.Taken >= mostInMinute)
            {
                found.Suppressed++;
                return false;
            }

            found.Taken++;
            (suppressed, found.Suppressed) = (found.Suppressed, 0);
            return true;
        }
    }

    private Source Find(string source)
    {
        if (_sources.TryGetValue(source, out var found))
        {
            return found;
        }

        if (_sources.Count >= MostSources && source != FurtherSources)
        {
            foreach (var (name, old) in _sources.ToList())
            {
                // What it counted is still to be told.
                if (old.Suppressed == 0 && time.GetElapsedTime(old.Start) >= Window)
                {
                    _sources.Remove(name);
                }
            }

            return _sources.Count >= MostSources ? Find(FurtherSources) : Find(source);
        }

        return _sources[source] = new Source { Start = time.GetTimestamp() };
    }

    private sealed class Source
    {
        public long Start { get; set; }

        public int Taken { get; set; }

        public long Suppressed { get; set; }
    }
}
