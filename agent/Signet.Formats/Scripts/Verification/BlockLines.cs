using System.Text;

namespace Signet.Formats.Scripts.Verification;

/// <summary>The lines of a signature block.</summary>
internal sealed class BlockLines
{
    /// <summary>Reads them.</summary>
    /// <param name="text">From the block's first line on; more may follow.</param>
    /// <param name="language">What kind of script it is.</param>
    /// <exception cref="SignatureFormatException">They are broken.</exception>
    public BlockLines(string text, ScriptLanguage language)
    {
        var base64 = new StringBuilder();
        var isFirst = true;
        while (true)
        {
            var next = text.IndexOf('\n', Characters);
            var line = text.AsSpan(Characters..(next < 0 ? text.Length : next)).TrimEnd('\r');
            if (line.SequenceEqual(language.End))
            {
                Characters = next < 0 ? text.Length : next + 1;
                break;
            }

            if (next < 0)
            {
                throw ScriptFormat.Malformed($"its signature block has no line '{language.End}'");
            }

            HasWindowsLines &= text[next - 1] == '\r';
            Characters = next + 1;
            if (!isFirst)
            {
                base64.Append(Content(line, language));
            }

            isFirst = false;
        }

        try
        {
            Signature = Convert.FromBase64String(base64.ToString());
        }
        catch (FormatException exception)
        {
            throw ScriptFormat.Malformed("its signature block is no base64", exception);
        }
    }

    /// <summary>How many characters they have, the last end of line counted.</summary>
    public int Characters { get; }

    /// <summary>Whether each ends in CR LF.</summary>
    public bool HasWindowsLines { get; } = true;

    /// <summary>What they hold.</summary>
    public byte[] Signature { get; }

    private static ReadOnlySpan<char> Content(ReadOnlySpan<char> line, ScriptLanguage language) =>
        line.Length >= language.LineStart.Length + language.LineEnd.Length
        && line.StartsWith(language.LineStart, StringComparison.Ordinal)
        && line.EndsWith(language.LineEnd, StringComparison.Ordinal)
            ? line[language.LineStart.Length..^language.LineEnd.Length]
            : throw ScriptFormat.Malformed("its signature block has a line that is none of a signature");
}
