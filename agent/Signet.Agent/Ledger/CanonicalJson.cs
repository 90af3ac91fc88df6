using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Text;

namespace Signet.Agent.Ledger;

/// <summary>
/// Writes values in the one form that RFC 8785 gives them: no white space, members sorted by their UTF-16 code units,
/// integers without exponent, and only the escapes of section 3.2.2.2. Fractions are refused, so no two writers differ.
/// </summary>
internal static class CanonicalJson
{
    // Beyond 2^53 a number would not survive a reader that takes it for a double (RFC 8785 section 3.2.2.3).
    private const long MaxInteger = 1L << 53;

    // More than most records have.
    private const int UsualCharacters = 2048;

    private static readonly SearchValues<char> Escaped =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(code => (char)code), '"', '\\']);

    /// <summary>The UTF-8 bytes of a value.</summary>
    /// <exception cref="ArgumentException">The value has a type that has no canonical form here.</exception>
    public static byte[] Write(object? value)
    {
        var text = new StringBuilder(UsualCharacters);
        WriteValue(text, value);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>A moment as records write it: UTC, microseconds (RFC 3339).</summary>
    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private static void WriteValue(StringBuilder text, object? value)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case bool flag:
                text.Append(flag ? "true" : "false");
                break;
            case int number:
                text.Append(number.ToString(CultureInfo.InvariantCulture));
                break;
            case long number when number is <= MaxInteger and >= -MaxInteger:
                text.Append(number.ToString(CultureInfo.InvariantCulture));
                break;
            case string words:
                WriteString(text, words);
                break;
            case DateTimeOffset time:
                WriteString(text, Time(time));
                break;
            case byte[] bytes:
                WriteString(text, Convert.ToHexStringLower(bytes));
                break;
            case IReadOnlyDictionary<string, object?> members:
                WriteObject(text, members);
                break;
            case IEnumerable items:
                WriteArray(text, items);
                break;
            default:
                throw new ArgumentException($"a {value.GetType()} has no canonical form", nameof(value));
        }
    }

    private static void WriteObject(StringBuilder text, IReadOnlyDictionary<string, object?> members)
    {
        text.Append('{');
        var first = true;
        foreach (var (name, value) in members.OrderBy(member => member.Key, StringComparer.Ordinal))
        {
            text.Append(first ? string.Empty : ",");
            first = false;
            WriteString(text, name);
            text.Append(':');
            WriteValue(text, value);
        }

        text.Append('}');
    }

    private static void WriteArray(StringBuilder text, IEnumerable items)
    {
        text.Append('[');
        var first = true;
        foreach (var item in items)
        {
            text.Append(first ? string.Empty : ",");
            first = false;
            WriteValue(text, item);
        }

        text.Append(']');
    }

    // A lone surrogate has no UTF-8 form; it becomes U+FFFD when the text is encoded, before anything is hashed.
    private static void WriteString(StringBuilder text, string value)
    {
        text.Append('"');
        var rest = value.AsSpan();
        int plain;
        while ((plain = rest.IndexOfAny(Escaped)) >= 0)
        {
            text.Append(rest[..plain]);
            _ = rest[plain] switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\b' => text.Append("\\b"),
                '\t' => text.Append("\\t"),
                '\n' => text.Append("\\n"),
                '\f' => text.Append("\\f"),
                '\r' => text.Append("\\r"),
                var control => text.Append("\\u").Append(((int)control).ToString("x4", CultureInfo.InvariantCulture)),
            };
            rest = rest[(plain + 1)..];
        }

        text.Append(rest).Append('"');
    }
}
