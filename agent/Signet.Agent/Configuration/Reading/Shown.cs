using System.Globalization;
using System.Text;

namespace Signet.Agent.Configuration.Reading;

/// <summary>Makes text of unknown origin safe to be shown in messages and records.</summary>
internal static class Shown
{
    /// <summary>
    /// The text on one line, at most <paramref name="maxLength"/> characters and an ellipsis. Control, format,
    /// private-use and unpaired surrogate characters become their code point as <c>\uXXXX</c>, so that none of them can
    /// forge or hide a part of what is shown.
    /// </summary>
    public static string Short(string text, int maxLength = 60)
    {
        var shown = new StringBuilder(Math.Min(text.Length, maxLength) + 1);
        foreach (var rune in text.EnumerateRunes())
        {
            var length = shown.Length;
            if (IsPlain(rune))
            {
                shown.Append(rune.ToString());
            }
            else
            {
                shown.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:X4}");
            }

            if (shown.Length > maxLength)
            {
                shown.Length = length;
                return shown.Append('\u2026').ToString();
            }
        }

        return shown.ToString();
    }

    private static bool IsPlain(Rune rune) => Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate
        or UnicodeCategory.OtherNotAssigned) && rune.Value != 0xFFFD;
}
