namespace Signet.Formats.Zip;

/// <summary>
/// Compressed bytes on their way into a <see cref="System.IO.Compression.DeflateStream"/>, which takes a stream that is cut off
/// for one that ends, and does not look at bytes behind the end (RFC 1951 section 3.2.3). The last byte is handed over alone: a
/// stream that ends where its bytes end asks for it, and then for nothing more.
/// </summary>
/// <param name="compressed">The bytes.</param>
/// <param name="length">How many there are.</param>
internal sealed class EndCheckedStream(Stream compressed, long length) : ForwardStream
{
    private long _handedOver;
    private bool _askedForMore;

    /// <summary>Whether the decompressor, which says that it is done, took all bytes and wanted no more.</summary>
    public bool EndedAtTheEnd => _handedOver == length && !_askedForMore;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer) => Advance(compressed.Read(buffer[..Allowed(buffer.Length)]), buffer.Length);

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => Advance(
        await compressed.ReadAsync(buffer[..Allowed(buffer.Length)], cancellationToken).ConfigureAwait(false), buffer.Length);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            compressed.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Allowed(int wanted)
    {
        var left = length - _handedOver;
        return (int)Math.Min(wanted, left > 1 ? left - 1 : left);
    }

    private int Advance(int read, int wanted)
    {
        _askedForMore |= read == 0 && wanted > 0;
        _handedOver += read;
        return read;
    }
}
