using System.Globalization;
using System.Text;

namespace Signet.Agent.Access;

/// <summary>
/// Decides whether a text can be the full name of a job at all. Names that could be taken for another one, by people or
/// by software that normalises or decodes them, are refused before any grant is looked at.
/// </summary>
internal static class JobName
{
    /// <summary>
    /// How Jenkins writes the '/' of a branch's name in the name of its job: feature/x is the job feature%2Fx. It is three
    /// characters of the name like any others, and nothing decodes it.
    /// </summary>
    public const string EncodedSlash = "%2F";

    /// <summary>Longest name in UTF-16 code units.</summary>
    public const int MaxLength = 1000;

    /// <summary>What is wrong with the name; null where it is a proper one.</summary>
    /// <param name="name">Full name: segments with '/' between them.</param>
    public static string? FindProblem(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length is 0 or > MaxLength)
        {
            return name.Length == 0 ? "it is empty" : $"it is longer than {MaxLength} characters";
        }

        return FindCharacterProblem(name) ?? FindSegmentProblem(name);
    }

    private static string? FindSegmentProblem(string name)
    {
        foreach (var segment in name.Split('/'))
        {
            if (segment.Length == 0)
            {
                return "it begins or ends with '/', or has '//' in it";
            }

            if (segment is "." or "..")
            {
                return $"'{segment}' is no folder or job";
            }

            if (segment[0] == ' ' || segment[^1] == ' ')
            {
                return "a folder or job begins or ends with a blank";
            }
        }

        return null;
    }

    private static string? FindCharacterProblem(string name)
    {
        for (var index = 0; index < name.Length;)
        {
            if (!Rune.TryGetRuneAt(name, index, out var rune))
            {
                return "it holds half of a surrogate pair";
            }

            if (rune.Value == '%' && name.AsSpan(index).StartsWith(EncodedSlash, StringComparison.Ordinal))
            {
                index += EncodedSlash.Length;
                continue;
            }

            if (FindProblem(rune) is { } problem)
            {
                return problem;
            }

            index += rune.Utf16SequenceLength;
        }

        return null;
    }

    private static string? FindProblem(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        // Jenkins encodes no other character that people put into branches.
        _ when rune.Value is '\\' or '%' => $"it holds '{rune}', which is refused because it can spell another name",
        _ when rune == Rune.ReplacementChar => "it holds U+FFFD, which stands for something that could not be read",
        UnicodeCategory.Control => $"it holds the control character U+{rune.Value:X4}",
        UnicodeCategory.Format => $"it holds U+{rune.Value:X4}, which cannot be seen",
        UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => $"it holds the line break U+{rune.Value:X4}",
        UnicodeCategory.SpaceSeparator when rune.Value != ' ' => $"it holds U+{rune.Value:X4}, which looks like a blank",
        UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned =>
            $"it holds U+{rune.Value:X4}, which Unicode gives no meaning",
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark =>
            $"it holds the combining mark U+{rune.Value:X4}; only composed letters are taken (Unicode form NFC)",
        _ when CanonicalForm.HasOther(rune) =>
            $"it holds U+{rune.Value:X4}, which Unicode's form NFC writes in another way",
        _ => null,
    };
}
