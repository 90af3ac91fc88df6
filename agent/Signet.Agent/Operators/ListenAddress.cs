namespace Signet.Agent.Operators;

/// <summary>The address that controllers call, once it is known: the port may be one that the system chose.</summary>
internal sealed class ListenAddress
{
    private volatile string _text = string.Empty;

    /// <summary>Address and port; empty before the agent listens.</summary>
    public string Text
    {
        get => _text;
        set => _text = value;
    }
}
