using Signet.Formats;

namespace Signet.Agent.FileSigning;

/// <summary>A file that arrived whole and as the manifest says, and awaits its signature.</summary>
/// <param name="Content">The spooled bytes.</param>
/// <param name="Format">Its format.</param>
/// <param name="Prepared">What the format prepared.</param>
internal sealed record ReceivedFile(SpooledFile Content, ISignatureFormat Format, IPreparedSignature Prepared)
    : IAsyncDisposable
{
    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Content.DisposeAsync();
}
