namespace Signet.Agent.Services;

/// <summary>Says that the agent is about to stop, so that streams that would never end by themselves do.</summary>
internal sealed class Stopping : IDisposable
{
    private readonly CancellationTokenSource _source = new();

    /// <summary>Cancelled when the agent begins to stop.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>The agent begins to stop.</summary>
    public void Begin() => _source.Cancel();

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();
}
