namespace Signet.Tokens.Host;

/// <summary>
/// Ends the process when its standard input ends: the agent holds the other end, and the system closes it however the
/// agent dies. So no token stays unlocked without its agent.
/// </summary>
internal static class ParentWatch
{
    /// <summary>Begins to watch on a thread of its own.</summary>
    /// <param name="input">The standard input.</param>
    /// <param name="onEnd">Called when it has ended or cannot be read.</param>
    public static void Start(Stream input, Action onEnd) => new Thread(() =>
    {
        var ignored = new byte[256];
        try
        {
            while (input.Read(ignored) > 0)
            {
                // Nothing is said this way; only the end counts.
            }
        }
        catch (IOException)
        {
            // As good as ended.
        }

        onEnd();
    })
    {
        IsBackground = true,
        Name = "parent",
    }.Start();
}
