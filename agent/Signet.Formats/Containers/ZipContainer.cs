using Signet.Formats.Zip;

namespace Signet.Formats.Containers;

/// <summary>A container that is a ZIP file, whatever else it is.</summary>
/// <param name="archive">Its structure.</param>
/// <param name="isOwn">Which files belong to the container's own format and are never signed; null for none.</param>
internal class ZipContainer(ZipFile archive, Func<string, bool>? isOwn = null) : IContainer
{
    private readonly Dictionary<string, PackedContent> _replaced = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IReadOnlyList<ContainerEntry> Entries { get; } =
    [
        .. archive.Entries.Where(entry => !entry.IsDirectory && isOwn?.Invoke(entry.Name) != true
                && entry.Header.Method is ZipConstants.Stored or ZipConstants.Deflated)
            .OrderBy(entry => entry.Offset).Select(entry => new ContainerEntry(entry.Name, entry.ContentBytes)),
    ];

    /// <summary>Its structure.</summary>
    protected ZipFile Archive => archive;

    /// <summary>The new contents by name.</summary>
    protected IReadOnlyDictionary<string, PackedContent> Replaced => _replaced;

    /// <summary>Reads a container of a format that keeps no further record of its files.</summary>
    /// <param name="content">The container; it can seek.</param>
    /// <param name="isOwn">Which files belong to the format itself.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<IContainer> OpenAsync(
        Stream content, Func<string, bool>? isOwn, CancellationToken cancellationToken) =>
        new ZipContainer(await ZipReader.ReadAsync(content, null, cancellationToken).ConfigureAwait(false), isOwn);

    /// <inheritdoc/>
    public Stream Open(ContainerEntry entry) => archive.Open(Find(entry.Name));

    /// <inheritdoc/>
    public async Task<long> ReplaceAsync(ContainerEntry entry, Stream content, CancellationToken cancellationToken)
    {
        var compress = Find(entry.Name).Header.Method == ZipConstants.Deflated;
        var packed = await PackAsync(entry.Name, content, compress, cancellationToken).ConfigureAwait(false);
        _replaced[entry.Name] = packed;
        return packed.Data.Length;
    }

    /// <inheritdoc/>
    public virtual Task<IReadOnlyList<Edit>> ToEditsAsync(CancellationToken cancellationToken) =>
        Task.FromResult(Edit(_replaced).ToEdits());

    /// <summary>Packs a new content; formats that pack in their own way do it here.</summary>
    protected virtual Task<PackedContent> PackAsync(
        string name, Stream content, bool compress, CancellationToken cancellationToken) =>
        PackedContent.PackAsync(content, compress, cancellationToken);

    /// <summary>An editor with these contents in place of the old ones.</summary>
    protected ZipEditor Edit(IEnumerable<KeyValuePair<string, PackedContent>> contents)
    {
        var editor = new ZipEditor(archive);
        foreach (var (name, content) in contents)
        {
            editor.Replace(Find(name), content);
        }

        return editor;
    }

    private ZipEntry Find(string name) =>
        archive.Find(name) ?? throw new ArgumentException($"the container has no file '{name}'", nameof(name));
}
