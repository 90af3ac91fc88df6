namespace Signet.Agent.Configuration;

/// <summary>A configuration took the place of another.</summary>
/// <param name="previous">The one before.</param>
/// <param name="current">The one in use now.</param>
internal sealed class ConfigurationChangedEventArgs(SignetConfiguration previous, SignetConfiguration current) : EventArgs
{
    /// <summary>The one before.</summary>
    public SignetConfiguration Previous { get; } = previous;

    /// <summary>The one in use now.</summary>
    public SignetConfiguration Current { get; } = current;
}
