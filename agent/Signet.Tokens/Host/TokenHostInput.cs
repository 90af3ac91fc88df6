using System.Text.Json;

namespace Signet.Tokens.Host;

/// <summary>
/// What the agent says to its token host through the host's standard input: the options as one line of JSON, and a line
/// again where they change. Nobody else holds the other end. Its end ends the host.
/// </summary>
internal static class TokenHostInput
{
    /// <summary>Options as a line, signed with the id of this process: the only one that may ask for signatures.</summary>
    public static string Line(TokenHostOptions options) =>
        JsonSerializer.Serialize(options with { AgentProcessId = Environment.ProcessId });

    /// <summary>Reads the next options; null at the end.</summary>
    /// <exception cref="JsonException">The line is not one of <see cref="Line"/>.</exception>
    public static TokenHostOptions? Read(TextReader input)
    {
        try
        {
            return input.ReadLine() is { } line ? JsonSerializer.Deserialize<TokenHostOptions>(line) : null;
        }
        catch (IOException)
        {
            // As good as ended.
            return null;
        }
    }
}
