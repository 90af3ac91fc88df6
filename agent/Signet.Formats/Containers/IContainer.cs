namespace Signet.Formats.Containers;

/// <summary>An open container.</summary>
/// <remarks>Not safe for use by several threads at once: its streams share the one of the container.</remarks>
public interface IContainer
{
    /// <summary>The files that may be signed for themselves, in the order of the container.</summary>
    IReadOnlyList<ContainerEntry> Entries { get; }

    /// <summary>The content of a file, read once from its start to its end.</summary>
    /// <param name="entry">One of <see cref="Entries"/>.</param>
    /// <exception cref="SignatureFormatException">It cannot be read; reading it may throw this too.</exception>
    Stream Open(ContainerEntry entry);

    /// <summary>Gives a file other content.</summary>
    /// <param name="entry">One of <see cref="Entries"/>.</param>
    /// <param name="content">The new content, read from where it stands to its end.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>How many bytes of it are held in memory from now on.</returns>
    /// <exception cref="SignatureFormatException">The container has no place for it.</exception>
    Task<long> ReplaceAsync(ContainerEntry entry, Stream content, CancellationToken cancellationToken);

    /// <summary>What turns the container into the one with the new contents, in ascending order.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="SignatureFormatException">The container has no place for them.</exception>
    Task<IReadOnlyList<Edit>> ToEditsAsync(CancellationToken cancellationToken);
}

/// <summary>A file in a container.</summary>
/// <param name="Name">Its name with its path.</param>
/// <param name="SizeBytes">Its size unpacked, as the container states it.</param>
public sealed record ContainerEntry(string Name, long SizeBytes);
