using System.Text;

namespace Signet.Formats.Jar;

/// <summary>
/// A manifest as bytes and sections ("JAR File Specification", section "Manifest Specification"). Digests are taken over
/// bytes, so every section knows its own, line ends and wrapping included.
/// </summary>
internal sealed class ManifestText
{
    private ManifestText(ReadOnlyMemory<byte> bytes, List<ManifestSection> sections)
    {
        Bytes = bytes;
        Sections = sections;
    }

    /// <summary>The whole manifest.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The main section, then one for each blank line, empty ones left out.</summary>
    public IReadOnlyList<ManifestSection> Sections { get; }

    /// <summary>Reads a manifest. A line may end with CR LF, LF or CR; the last one need not end at all.</summary>
    /// <exception cref="SignatureFormatException">It breaks a rule.</exception>
    public static ManifestText Parse(ReadOnlyMemory<byte> bytes)
    {
        var sections = new List<ManifestSection>();
        for (var at = 0; at < bytes.Length || sections.Count == 0;)
        {
            var section = ReadSection(bytes, at, isMain: sections.Count == 0);
            if (section.Attributes.Count > 0 || sections.Count == 0)
            {
                sections.Add(section);
            }

            at = section.End;
        }

        return new ManifestText(bytes, sections);
    }

    /// <summary>The bytes of a section with the blank line that ends it.</summary>
    public ReadOnlySpan<byte> BytesOf(ManifestSection section) => Bytes.Span[section.Start..section.End];

    private static ManifestSection ReadSection(ReadOnlyMemory<byte> bytes, int start, bool isMain)
    {
        var attributes = new List<ManifestAttribute>();
        var at = start;
        while (at < bytes.Length)
        {
            var (content, next) = ReadLine(bytes.Span, at);
            if (content == at)
            {
                return Section(at, next);
            }

            if (bytes.Span[at] == ' ')
            {
                throw Malformed($"there is a continuation line at offset {at} that continues nothing");
            }

            attributes.Add(ReadAttribute(bytes.Span, ref at));
        }

        return Section(at, at);

        ManifestSection Section(int linesEnd, int end)
        {
            if (!isMain && attributes is [{ Name: var first }, ..] && !first.Equals("Name", StringComparison.OrdinalIgnoreCase))
            {
                throw Malformed($"the section at offset {start} does not begin with its name");
            }

            return new ManifestSection(isMain || attributes.Count == 0 ? null : attributes[0].Value, attributes, start, linesEnd, end);
        }
    }

    private static ManifestAttribute ReadAttribute(ReadOnlySpan<byte> bytes, ref int at)
    {
        var start = at;
        var (content, next) = ReadLine(bytes, at);
        var line = new List<byte>(bytes[at..content].ToArray());
        at = next;
        while (at < bytes.Length && bytes[at] == ' ')
        {
            (content, next) = ReadLine(bytes, at);
            line.AddRange(bytes[(at + 1)..content]);
            at = next;
        }

        var text = Encoding.UTF8.GetString([.. line]);
        var colon = text.IndexOf(": ", StringComparison.Ordinal);
        return colon > 0
            ? new ManifestAttribute(text[..colon], text[(colon + 2)..], start, at)
            : throw Malformed($"the line at offset {start} is no attribute");
    }

    // Where its content ends, and where the next line begins.
    private static (int ContentEnd, int Next) ReadLine(ReadOnlySpan<byte> bytes, int at)
    {
        var length = bytes[at..].IndexOfAny((byte)'\r', (byte)'\n');
        if (length < 0)
        {
            return (bytes.Length, bytes.Length);
        }

        var end = at + length;
        return bytes[end] == '\r' && end + 1 < bytes.Length && bytes[end + 1] == '\n' ? (end, end + 2) : (end, end + 1);
    }

    private static SignatureFormatException Malformed(FormattableString what) => new(
        FormatFailure.Malformed, $"The manifest of the JAR breaks a rule: {FormattableString.Invariant(what)}.");
}

/// <summary>A section of a manifest.</summary>
/// <param name="Name">What it is about; null for the main section.</param>
/// <param name="Attributes">Its attributes in order, the name among them.</param>
/// <param name="Start">Offset of its first byte.</param>
/// <param name="LinesEnd">Offset behind its last attribute.</param>
/// <param name="End">Offset behind the blank line that ends it.</param>
internal sealed record ManifestSection(
    string? Name, IReadOnlyList<ManifestAttribute> Attributes, int Start, int LinesEnd, int End);

/// <summary>An attribute of a section.</summary>
/// <param name="Name">Its name; case does not count.</param>
/// <param name="Value">Its value, unwrapped.</param>
/// <param name="Start">Offset of its line.</param>
/// <param name="End">Offset behind it and its continuation lines.</param>
internal sealed record ManifestAttribute(string Name, string Value, int Start, int End)
{
    private const string DigestSuffix = "-Digest";

    /// <summary>Whether it is a digest of the entry that the section names.</summary>
    public bool IsDigest => Name.EndsWith(DigestSuffix, StringComparison.OrdinalIgnoreCase);
}
