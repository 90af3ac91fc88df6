namespace Signet.Agent.Configuration;

/// <summary>
/// A pattern of full job names, matched whole and segment by segment: <c>*</c> stands for any characters within one
/// segment, <c>**</c> as a segment of its own for any number of segments; nothing else is special and case counts.
/// </summary>
internal sealed class JobPattern
{
    /// <summary>The text that it was made from.</summary>
    public string Text { get; }

    private JobPattern(string text) => Text = text;

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="FormatException">It is empty, or has an empty segment.</exception>
    public static JobPattern Parse(string text) => new(text);

    /// <inheritdoc/>
    public override string ToString() => Text;
}
