namespace Signet.Agent.Access;

/// <summary>A minute of refusals from one source. Guarded by its owner's lock.</summary>
/// <param name="source">Whose they are.</param>
/// <param name="from">When it began.</param>
internal sealed class RefusalWindow(RefusalSource source, DateTimeOffset from)
{
    /// <summary>Whose they are.</summary>
    public RefusalSource Source { get; } = source;

    /// <summary>When it began.</summary>
    public DateTimeOffset From { get; private set; } = from;

    /// <summary>Ends it.</summary>
    public ITimer? Timer { get; set; }

    /// <summary>Records that were written one by one.</summary>
    public int Written { get; set; }

    /// <summary>Refusals without a record of their own, by what was refused.</summary>
    public Dictionary<string, long> Counted { get; } = new(StringComparer.Ordinal);

    /// <summary>Counts refusals that get no record of their own.</summary>
    public void Count(string kind, long count = 1) => Counted[kind] = Counted.GetValueOrDefault(kind) + count;

    /// <summary>Takes over what another window counted and could not write.</summary>
    public void TakeOver(RefusalWindow other)
    {
        foreach (var (kind, count) in other.Counted)
        {
            Count(kind, count);
        }

        From = other.From < From ? other.From : From;
    }
}
