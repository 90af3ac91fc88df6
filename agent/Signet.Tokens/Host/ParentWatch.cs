using System.Text.Json;

namespace Signet.Tokens.Host;

/// <summary>
/// Follows the standard input, whose other end the agent holds: takes the options that change, and ends the process when
/// it ends, since the system closes it however the agent dies. So no token stays unlocked without its agent.
/// </summary>
internal static class ParentWatch
{
    /// <summary>Begins to watch on a thread of its own.</summary>
    /// <param name="input">The standard input, after its first line.</param>
    /// <param name="onChange">Called with the options that changed.</param>
    /// <param name="onEnd">Called when it has ended, cannot be read, or says what nobody understands.</param>
    public static void Start(TextReader input, Action<TokenHostOptions> onChange, Action onEnd) => new Thread(() =>
    {
        try
        {
            while (TokenHostInput.Read(input) is { } options)
            {
                onChange(options);
            }
        }
        catch (JsonException)
        {
            // Not our agent, then: as good as ended.
        }

        onEnd();
    })
    {
        IsBackground = true,
        Name = "parent",
    }.Start();
}
