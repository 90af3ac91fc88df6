using System.Text;

namespace Signet.Formats.Jar;

/// <summary>Writes the lines of manifests and signature files: at most 72 bytes each, CR LF behind them.</summary>
internal sealed class ManifestWriter : IDisposable
{
    // Without the line end, as the JDK counts; a continuation line has a space in front of 71 bytes.
    private const int MaxLineBytes = 72;

    private readonly MemoryStream _bytes = new();

    /// <summary>Bytes of a manifest that stay as they are.</summary>
    public void WriteRaw(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);

    /// <summary>One attribute.</summary>
    public void WriteAttribute(string name, string value)
    {
        ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes($"{name}: {value}");
        var first = Math.Min(rest.Length, MaxLineBytes);
        _bytes.Write(rest[..first]);
        for (rest = rest[first..]; !rest.IsEmpty; rest = rest[Math.Min(rest.Length, MaxLineBytes - 1)..])
        {
            _bytes.Write("\r\n "u8);
            _bytes.Write(rest[..Math.Min(rest.Length, MaxLineBytes - 1)]);
        }

        WriteLineEnd();
    }

    /// <summary>The end of a line; behind another one it ends a section.</summary>
    public void WriteLineEnd() => _bytes.Write("\r\n"u8);

    /// <summary>Whether the last line written has its end.</summary>
    public bool EndsWithLineEnd => _bytes.Length > 0 && _bytes.GetBuffer()[_bytes.Length - 1] is (byte)'\r' or (byte)'\n';

    /// <summary>What was written.</summary>
    public byte[] ToArray() => _bytes.ToArray();

    /// <inheritdoc/>
    public void Dispose() => _bytes.Dispose();
}
