using System.Text;

namespace Signet.LargeFiles.Samples;

/// <summary>Long texts. They are written out: a hole reads as zeros, which no text has.</summary>
internal static class LongTexts
{
    private const int BlockBytes = 1 << 20;

    /// <summary>Writes a seed with lines behind it, or before its last words.</summary>
    /// <param name="format">Whose seed.</param>
    /// <param name="before">These words; null for the end.</param>
    public static Action<FileStream, long> Writer(string format, string? before = null) => (file, bytes) =>
    {
        var seed = Encoding.UTF8.GetString(Seed.Read(format));
        var split = before is null ? seed.Length : seed.LastIndexOf(before, StringComparison.Ordinal);
        var line = "a line of a long text that says nothing\r\n"u8;
        var block = new byte[BlockBytes / line.Length * line.Length];
        for (var at = 0; at < block.Length; at += line.Length)
        {
            line.CopyTo(block.AsSpan(at));
        }

        file.Write(Encoding.UTF8.GetBytes(seed[..split]));
        while (file.Length < bytes)
        {
            file.Write(block);
        }

        file.Write(Encoding.UTF8.GetBytes(seed[split..]));
    };
}
