namespace Signet.Formats.Zip;

/// <summary>
/// Makes the edits that add, replace and remove entries of an archive. Entries that are not named stay byte for byte;
/// the central directory and the end record are written anew. The same calls give the same edits.
/// </summary>
/// <remarks>Not safe for use by several threads at once.</remarks>
internal sealed class ZipEditor(ZipFile archive)
{
    private readonly Dictionary<ZipEntry, NewEntry?> _changes = [];
    private readonly Dictionary<ZipEntry, List<NewEntry>> _followers = [];
    private readonly List<NewEntry> _first = [];
    private readonly List<NewEntry> _last = [];
    private (long Offset, byte[] Bytes)? _tail;

    /// <summary>Drops an entry with its bytes.</summary>
    public void Remove(ZipEntry entry) => _changes[entry] = null;

    /// <summary>Puts other content into an entry, at its place and under its name, date and attributes.</summary>
    public void Replace(ZipEntry entry, PackedContent content) => _changes[entry] = NewEntry.Replacing(entry, content);

    /// <summary>Adds an entry in front of all that were there; several stand in the order in which they were added.</summary>
    public void AddFirst(string name, PackedContent content) => _first.Add(NewEntry.Create(name, content));

    /// <summary>
    /// Adds an entry directly behind one that was there, whether that one stays or not; several stand in the order in which
    /// they were added.
    /// </summary>
    public void AddAfter(ZipEntry entry, string name, PackedContent content)
    {
        if (!_followers.TryGetValue(entry, out var followers))
        {
            _followers[entry] = followers = [];
        }

        followers.Add(NewEntry.Create(name, content));
    }

    /// <summary>Adds an entry behind all others.</summary>
    public void AddLast(string name, PackedContent content) => _last.Add(NewEntry.Create(name, content));

    /// <summary>Puts bytes that belong to no entry between the entries and the central directory.</summary>
    /// <param name="offset">Where they begin; what lies between this and the directory goes.</param>
    /// <param name="bytes">May be empty.</param>
    public void ReplaceBeforeDirectory(long offset, byte[] bytes) => _tail = (offset, bytes);

    /// <summary>The edits against the archive, in ascending order.</summary>
    /// <exception cref="SignatureFormatException">The changed archive would not fit the format.</exception>
    public IReadOnlyList<Edit> ToEdits()
    {
        var edits = new List<Edit>();
        var headers = new Dictionary<ZipEntry, List<byte[]>>();
        long shift = 0;
        var start = archive.Entries.Count == 0 ? archive.End.DirectoryOffset : archive.Entries.Min(entry => entry.Offset);
        var first = Place(_first, start, edits, ref shift);
        foreach (var entry in archive.Entries.OrderBy(entry => entry.Offset))
        {
            headers[entry] = Move(entry, edits, ref shift);
            if (_followers.TryGetValue(entry, out var followers))
            {
                headers[entry].AddRange(Place(followers, entry.End, edits, ref shift));
            }
        }

        var (tailOffset, tail) = _tail ?? (archive.End.DirectoryOffset, []);
        var last = Place(_last, tailOffset, edits, ref shift);
        var removed = archive.End.DirectoryOffset - tailOffset;
        if (removed > 0 || tail.Length > 0)
        {
            edits.Add(new Edit(tailOffset, removed, tail));
            shift += tail.Length - removed;
        }

        edits.Add(WriteDirectory(
            [.. first, .. archive.Entries.SelectMany(entry => headers[entry]), .. last], archive.End.DirectoryOffset + shift));
        return edits;
    }

    private List<byte[]> Move(ZipEntry entry, List<Edit> edits, ref long shift)
    {
        var offset = entry.Offset + shift;
        if (!_changes.TryGetValue(entry, out var replacement))
        {
            return [entry.Header.WithOffset(offset)];
        }

        var removed = entry.End - entry.Offset;
        edits.Add(new Edit(entry.Offset, removed, replacement?.Local));
        shift += (replacement?.Local.Length ?? 0) - removed;
        return replacement is null ? [] : [replacement.Central.WithOffset(offset)];
    }

    private static List<byte[]> Place(List<NewEntry> added, long offset, List<Edit> edits, ref long shift)
    {
        var headers = new List<byte[]>();
        foreach (var entry in added)
        {
            headers.Add(entry.Central.WithOffset(offset + shift));
            edits.Add(new Edit(offset, 0, entry.Local));
            shift += entry.Local.Length;
        }

        return headers;
    }

    private Edit WriteDirectory(byte[][] headers, long offset)
    {
        using var directory = new MemoryStream();
        foreach (var header in headers)
        {
            directory.Write(header);
        }

        var length = directory.Length;
        var end = archive.End.Write(offset, length, headers.Length);
        var old = archive.End.DirectoryOffset;
        if (HasSameEntries)
        {
            var oldEnd = old + archive.End.DirectoryBytes;
            return new Edit(oldEnd, archive.Length - oldEnd, end);
        }

        directory.Write(end);
        return new Edit(old, archive.Length - old, directory.ToArray());
    }

    private bool HasSameEntries => _changes.Count == 0 && _followers.Count == 0 && _first.Count == 0 && _last.Count == 0;
}
