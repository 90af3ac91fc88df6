using System.Text;
using Signet.Formats.Scripts;

namespace Signet.Formats.Tests.Scripts;

/// <summary>Small scripts of every kind and in every encoding.</summary>
internal static class ScriptSamples
{
    public static readonly string[] All = ["a.ps1", "a.psm1", "a.psd1", "a.ps1xml", "a.psc1", "a.cdxml", "a.mof", "a.vbs", "a.js", "a.wsf"];

    /// <summary>Those that osslsigncode 2.9 knows.</summary>
    public static readonly string[] Judged = ["a.ps1", "a.psm1", "a.psd1", "a.ps1xml", "a.psc1", "a.cdxml", "a.mof"];

    /// <summary>Those that it does not know.</summary>
    public static readonly string[] Unjudged = ["a.vbs", "a.js", "a.wsf"];

    public static readonly string[] Marked = ["utf-8", "utf-16le", "utf-16be"];

    public static ISignatureFormat FormatOf(string name) =>
        ScriptFormat.All.Single(format => format.Extensions.Contains(Path.GetExtension(name)));

    /// <summary>A script.</summary>
    /// <param name="name">Its extension tells the kind.</param>
    /// <param name="encoding">ascii, or utf-8, utf-16le and utf-16be with byte order mark, or utf-8-unmarked, or windows-1252.</param>
    /// <param name="endOfLine">Between its lines and behind the last one.</param>
    public static byte[] Build(string name, string encoding = "ascii", string endOfLine = "\r\n")
    {
        var special = encoding == "ascii" ? "x" : encoding == "windows-1252" ? "Grüße \u20ac" : "Grüße \u20ac \U0001f511";
        string[] lines = Path.GetExtension(name) switch
        {
            ".ps1" or ".psm1" => ["# A script", $"Write-Output '{special}'", "# SIG", "# SIG # Begin signature", "exit 0"],
            ".psd1" => ["@{", $"    Description = '{special}'", "}"],
            ".ps1xml" or ".psc1" or ".cdxml" => ["<Configuration>", $"  <!-- {special} -->", "</Configuration>"],
            ".mof" => ["instance of MSFT_A", "{", $"  Name = \"{special}\";", "};"],
            ".vbs" => ["' A script", $"WScript.Echo \"{special}\"", "'' SIG"],
            ".js" => ["// A script", $"WScript.Echo('{special}');", "/* <signature> */"],
            _ => ["<package>", "<job id=\"a\">", $"<!-- {special} </job -->", "</job>", "<job id=\"b\">", "<script>x</script>", "</job>", "</package>"],
        };
        return Encode(string.Join(endOfLine, lines) + endOfLine, encoding);
    }

    public static byte[] Encode(string text, string encoding) => encoding switch
    {
        "utf-8" => [0xef, 0xbb, 0xbf, .. Encoding.UTF8.GetBytes(text)],
        "utf-16le" => [0xff, 0xfe, .. Encoding.Unicode.GetBytes(text)],
        "utf-16be" => [0xfe, 0xff, .. Encoding.BigEndianUnicode.GetBytes(text)],
        "windows-1252" => CodePagesEncodingProvider.Instance.GetEncoding(1252)!.GetBytes(text),
        _ => Encoding.UTF8.GetBytes(text),
    };
}
