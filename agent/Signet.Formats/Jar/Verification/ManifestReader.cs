using System.Security.Cryptography;
using System.Text;

namespace Signet.Formats.Jar.Verification;

/// <summary>A manifest or .SF file as a verifier reads it: attributes by section, and the bytes that digests cover.</summary>
internal sealed class ManifestReader
{
    private readonly byte[] _bytes;
    private readonly Dictionary<string, List<Extent>> _extents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, string>> _attributes = new(StringComparer.Ordinal);
    private Extent _main;

    private ManifestReader(byte[] bytes) => _bytes = bytes;

    /// <summary>The whole file.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Attributes of the main section; case does not count.</summary>
    public Dictionary<string, string> Main { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Names of the other sections.</summary>
    public IReadOnlyCollection<string> Names => _attributes.Keys;

    /// <summary>Reads a file.</summary>
    /// <exception cref="SignatureFormatException">A line is neither an attribute nor the continuation of one.</exception>
    public static ManifestReader Read(byte[] bytes)
    {
        var reader = new ManifestReader(bytes);
        var lines = new List<string>();
        var (start, last, isMain) = (0, 0, true);
        for (var at = 0; at < bytes.Length;)
        {
            var end = Array.FindIndex(bytes, at, value => value is (byte)'\n' or (byte)'\r');
            var next = end < 0 ? bytes.Length : end + (bytes[end] == '\r' && end + 1 < bytes.Length && bytes[end + 1] == '\n' ? 2 : 1);
            if (end == at)
            {
                reader.Add(lines, new Extent(start, last, next), isMain);
                (start, isMain) = (next, false);
                lines.Clear();
            }
            else
            {
                // One character a byte, so that continuation lines may cut through a character.
                lines.Add(Encoding.Latin1.GetString(bytes, at, (end < 0 ? bytes.Length : end) - at));
            }

            (at, last) = (next, next);
        }

        reader.Add(lines, new Extent(start, bytes.Length, bytes.Length), isMain);
        return reader;
    }

    /// <summary>Attributes of a section; null where there is none of this name.</summary>
    public IReadOnlyDictionary<string, string>? Find(string name) => _attributes.GetValueOrDefault(name);

    /// <summary>Whether a digest is that of the main section.</summary>
    public bool MainHas(HashAlgorithmName hash, string digest) => Matches(hash, [_main], digest);

    /// <summary>Whether a digest is that of the sections of a name.</summary>
    public bool SectionHas(string name, HashAlgorithmName hash, string digest) =>
        _extents.TryGetValue(name, out var extents) && Matches(hash, extents, digest);

    // Signers of old left out the blank line; the JDK takes both.
    private bool Matches(HashAlgorithmName hash, List<Extent> extents, string digest) =>
        Digest(hash, extents, withBlankLine: true) == digest || Digest(hash, extents, withBlankLine: false) == digest;

    private string Digest(HashAlgorithmName hash, List<Extent> extents, bool withBlankLine)
    {
        using var incremental = IncrementalHash.CreateHash(hash);
        foreach (var extent in extents)
        {
            incremental.AppendData(_bytes, extent.Start, (withBlankLine ? extent.End : extent.LinesEnd) - extent.Start);
        }

        return Convert.ToBase64String(incremental.GetHashAndReset());
    }

    private void Add(List<string> lines, Extent extent, bool isMain)
    {
        if (isMain)
        {
            _main = extent;
        }

        var pairs = Unwrap(lines);
        if (isMain || pairs.Count == 0)
        {
            pairs.ForEach(pair => Main[pair.Key] = pair.Value);
            return;
        }

        if (!pairs[0].Key.Equals("Name", StringComparison.OrdinalIgnoreCase))
        {
            throw SignedJar.Malformed("a section of its manifest or of a signature file has no name");
        }

        var name = pairs[0].Value;
        if (!_attributes.TryGetValue(name, out var attributes))
        {
            _attributes[name] = attributes = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            _extents[name] = [];
        }

        _extents[name].Add(extent);
        pairs.ForEach(pair => attributes[pair.Key] = pair.Value);
    }

    private static List<KeyValuePair<string, string>> Unwrap(List<string> lines)
    {
        var whole = new List<StringBuilder>();
        foreach (var line in lines)
        {
            if (line[0] != ' ')
            {
                whole.Add(new StringBuilder(line));
            }
            else if (whole.Count > 0)
            {
                whole[^1].Append(line, 1, line.Length - 1);
            }
            else
            {
                throw SignedJar.Malformed("a continuation line of its manifest or of a signature file continues nothing");
            }
        }

        return [.. whole.Select(line => line.ToString().Split(": ", 2)).Select(parts => parts.Length == 2
            ? KeyValuePair.Create(parts[0], Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(parts[1])))
            : throw SignedJar.Malformed("a line of its manifest or of a signature file is no attribute"))];
    }

    private readonly record struct Extent(int Start, int LinesEnd, int End);
}
