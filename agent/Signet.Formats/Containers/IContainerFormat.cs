namespace Signet.Formats.Containers;

/// <summary>
/// A format whose files hold files that can be signed for themselves. What is inside is signed first; then the container,
/// whose own signature covers what its files have become.
/// </summary>
/// <remarks>Implementations hold no state, so they are safe for use by several threads at once.</remarks>
public interface IContainerFormat
{
    /// <summary>Whether a container of this format carries a signature itself. A plain ZIP file does not.</summary>
    bool IsSignedItself => true;

    /// <summary>Reads which files a container holds.</summary>
    /// <param name="content">The container from its first byte; it can seek, and stays open as long as the result is used.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="SignatureFormatException">The container breaks its format's rules.</exception>
    Task<IContainer> OpenAsync(Stream content, CancellationToken cancellationToken);
}
