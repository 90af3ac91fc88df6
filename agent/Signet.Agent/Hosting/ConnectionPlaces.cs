namespace Signet.Agent.Hosting;

/// <summary>A number of places for connections: so many in all, and so many for each group of addresses.</summary>
/// <param name="most">In all.</param>
/// <param name="mostOfGroup">For one group.</param>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class ConnectionPlaces(int most, int mostOfGroup)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _byGroup = new(StringComparer.Ordinal);
    private int _taken;

    /// <summary>Takes a place.</summary>
    /// <returns>Gives it back; null where there is none.</returns>
    public IDisposable? TryEnter(string group)
    {
        lock (_lock)
        {
            var ofGroup = _byGroup.GetValueOrDefault(group);
            if (_taken >= most || ofGroup >= mostOfGroup)
            {
                return null;
            }

            _taken++;
            _byGroup[group] = ofGroup + 1;
        }

        return new Place(this, group);
    }

    private void Leave(string group)
    {
        lock (_lock)
        {
            _taken--;
            if (--_byGroup[group] == 0)
            {
                _byGroup.Remove(group);
            }
        }
    }

    private sealed class Place(ConnectionPlaces places, string group) : IDisposable
    {
        private ConnectionPlaces? _places = places;

        public void Dispose() => Interlocked.Exchange(ref _places, null)?.Leave(group);
    }
}
