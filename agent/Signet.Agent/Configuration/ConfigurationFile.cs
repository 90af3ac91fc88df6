using System.Text;
using Signet.Agent.Configuration.Reading;

namespace Signet.Agent.Configuration;

/// <summary>Gets the text of the configuration file, bounded and in UTF-8.</summary>
internal static class ConfigurationFile
{
    /// <summary>Largest configuration file in bytes.</summary>
    public const int MaxFileBytes = 1 << 20;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads the file; null, with an issue, where that is not possible.</summary>
    public static byte[]? Read(string path, IssueList issues)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file.SafeFileHandle) & UnixFileMode.OtherWrite) != 0)
            {
                // Whoever can write it decides what is signed.
                issues.Add(1, 1, "every account can write this file, and it decides who gets signatures; run chmod o-w on it");
            }

            var bytes = new byte[MaxFileBytes + 1];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (length <= MaxFileBytes)
            {
                return bytes[..length];
            }

            issues.Add(1, 1, $"the file is larger than {Quantity.ShowSize(MaxFileBytes)}");
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            issues.Add(1, 1, $"there is no file {Shown.Short(path, 200)}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            issues.Add(1, 1, $"the file cannot be read: {Shown.Short(exception.Message, 200)}");
        }

        return null;
    }

    /// <summary>The bytes as text; null, with an issue at the place, where they are not plain UTF-8 text.</summary>
    public static string? Decode(byte[] bytes, IssueList issues)
    {
        ReadOnlySpan<byte> content = bytes;
        if (content.StartsWith(Encoding.UTF8.Preamble))
        {
            content = content[Encoding.UTF8.Preamble.Length..];
        }

        string text;
        try
        {
            text = StrictUtf8.GetString(content);
        }
        catch (DecoderFallbackException exception)
        {
            AddAt(Encoding.UTF8.GetString(content[..exception.Index]), "the file is not UTF-8 text; save it as UTF-8", issues);
            return null;
        }

        var control = text.AsSpan().IndexOfAny(ControlCharacters);
        if (control < 0)
        {
            return text;
        }

        AddAt(text[..control], $"control character U+{(int)text[control]:X4}; the file is plain UTF-8 text", issues);
        return null;
    }

    private static readonly System.Buffers.SearchValues<char> ControlCharacters = System.Buffers.SearchValues.Create(
        [.. Enumerable.Range(0, 0xA0).Select(code => (char)code).Where(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t'))]);

    private static void AddAt(string before, string detail, IssueList issues) => issues.Add(
        before.Count(c => c == '\n') + 1, before.Length - before.LastIndexOf('\n'), detail);
}
