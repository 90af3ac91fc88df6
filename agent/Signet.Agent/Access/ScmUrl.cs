using System.Globalization;
using System.Text;

namespace Signet.Agent.Access;

/// <summary>
/// Decides whether a text can be the address of a repository that a grant is decided on. An address that programs could
/// take for another one, because they decode, resolve or cut it in their own ways, is refused before any grant is looked at.
/// </summary>
internal static class ScmUrl
{
    /// <summary>Longest address in UTF-16 code units.</summary>
    public const int MaxLength = 2048;

    private const string SchemeEnd = "://";

    /// <summary>What is wrong with the address; null where it is a proper one.</summary>
    /// <param name="url">
    /// <c>scheme://host/path</c> (RFC 3986) or <c>user@host:path</c>, as ssh takes it.
    /// </param>
    public static string? FindProblem(string url)
    {
        ArgumentNullException.ThrowIfNull(url);
        if (url.Length is 0 or > MaxLength)
        {
            return url.Length == 0 ? "it is empty" : $"it is longer than {MaxLength} characters";
        }

        return FindCharacterProblem(url) ?? FindServerProblem(url) ?? FindPathProblem(url);
    }

    /// <summary>Index of the first character of the path; -1 where the text names no server.</summary>
    public static int PathStart(string url)
    {
        ArgumentNullException.ThrowIfNull(url);
        var scheme = url.IndexOf(SchemeEnd, StringComparison.Ordinal);
        if (scheme >= 0)
        {
            var host = scheme + SchemeEnd.Length;
            var slash = url.IndexOf('/', host);
            return scheme > 0 && slash > host ? slash + 1 : -1;
        }

        var colon = url.IndexOf(':', StringComparison.Ordinal);
        var first = url.IndexOf('/', StringComparison.Ordinal);

        // One letter before the colon is a drive of Windows.
        return colon > 1 && (first < 0 || first > colon) ? colon + 1 : -1;
    }

    /// <summary>
    /// The address without what may be a secret: all of the user part for http and https, the password for others.
    /// </summary>
    public static string WithoutSecret(string url)
    {
        ArgumentNullException.ThrowIfNull(url);
        var scheme = url.IndexOf(SchemeEnd, StringComparison.Ordinal);
        if (scheme < 0)
        {
            return url;
        }

        var start = scheme + SchemeEnd.Length;
        var slash = url.IndexOf('/', start);

        // The last '@' wherever it is before the path: a password may hold one.
        var end = slash < 0 ? url.LastIndexOf('@') : url.LastIndexOf('@', slash);
        if (end < start)
        {
            return url;
        }

        var colon = url.IndexOf(':', start, end - start);
        return IsWeb(url) ? $"{url[..start]}***{url[end..]}"
            : colon < 0 ? url : $"{url[..colon]}:***{url[end..]}";
    }

    private static bool IsWeb(string url) =>
        url.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || url.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    private static string? FindCharacterProblem(string url)
    {
        for (var index = 0; index < url.Length;)
        {
            if (!Rune.TryGetRuneAt(url, index, out var rune))
            {
                return "it holds half of a surrogate pair";
            }

            if (rune.Value == '%' && FindEncodingProblem(url, index) is { } problem)
            {
                return problem;
            }

            if (!rune.IsAscii || rune.Value <= ' ' || rune.Value == 0x7F)
            {
                return $"it holds U+{rune.Value:X4}; an address has ASCII characters without blanks (RFC 3986)";
            }

            // '#' and '?' end the host for some programs; '\' is '/' for others.
            if (rune.Value is '\\' or '#' or '?' or '"' or '<' or '>' or '^' or '`' or '{' or '|' or '}')
            {
                return $"it holds '{rune}', which programs read in different ways";
            }

            index += rune.Utf16SequenceLength;
        }

        return null;
    }

    // RFC 3986 section 6.2.2: what may stand there plainly must, and digits are in upper case, so that each address has
    // one spelling. An encoded separator, blank controls and '%' itself could spell another address.
    private static string? FindEncodingProblem(string url, int index)
    {
        var digits = url.AsSpan(index + 1, Math.Min(2, url.Length - index - 1));
        if (digits.Length < 2 || !IsUpperHex(digits[0]) || !IsUpperHex(digits[1]))
        {
            return "it holds a '%' without two hexadecimal digits in upper case behind it";
        }

        var encoded = (char)int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return encoded < ' ' || encoded == 0x7F || encoded is '/' or '\\' or '%' or '@' or ':' or '#' or '?' or '*'
            || char.IsAsciiLetterOrDigit(encoded) || encoded is '-' or '.' or '_' or '~'
            ? $"it holds '%{digits}', which can spell another address"
            : null;
    }

    private static bool IsUpperHex(char digit) => char.IsAsciiDigit(digit) || digit is >= 'A' and <= 'F';

    private static string? FindServerProblem(string url)
    {
        var path = PathStart(url);
        if (path < 0)
        {
            return "it names no server and path: https://HOST/PATH, ssh://USER@HOST/PATH or USER@HOST:PATH is expected";
        }

        var server = url[..(path - 1)];
        var scheme = server.IndexOf(SchemeEnd, StringComparison.Ordinal);
        if (scheme >= 0 && !server[..scheme].All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '+' or '-' or '.'))
        {
            return "its scheme has other characters than small letters, digits, '+', '-' and '.'";
        }

        var host = scheme < 0 ? server : server[(scheme + SchemeEnd.Length)..];
        if (IsWeb(url) && host.Contains('@', StringComparison.Ordinal))
        {
            return "it holds a user name, which belongs into the credentials that Jenkins fetches the sources with";
        }

        var user = host.IndexOf('@', StringComparison.Ordinal);
        return user != host.LastIndexOf('@') || user == 0 || user == host.Length - 1 ? "it has '@' where no server can be named"
            : user > 0 && host[..user].Contains(':', StringComparison.Ordinal) ? "it holds a password"
            : null;
    }

    private static string? FindPathProblem(string url)
    {
        var path = url[PathStart(url)..];
        if (path.StartsWith('/') && !url.Contains(SchemeEnd, StringComparison.Ordinal))
        {
            // USER@HOST:/absolute/path
            path = path[1..];
        }

        foreach (var segment in path.Split('/'))
        {
            if (segment.Length == 0)
            {
                return "its path is empty, ends with '/', or has '//' in it";
            }

            if (segment is "." or "..")
            {
                return $"'{segment}' is no part of a path";
            }
        }

        return null;
    }
}
