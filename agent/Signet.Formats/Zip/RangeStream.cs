namespace Signet.Formats.Zip;

/// <summary>A range of another stream, read forward; the other one stays open.</summary>
internal sealed class RangeStream(Stream content, long offset, long length) : ForwardStream
{
    private long _position;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        content.Position = offset + _position;
        return Advance(content.Read(buffer[..(int)Math.Min(buffer.Length, length - _position)]));
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        content.Position = offset + _position;
        return Advance(await content.ReadAsync(
            buffer[..(int)Math.Min(buffer.Length, length - _position)], cancellationToken).ConfigureAwait(false));
    }

    private int Advance(int read)
    {
        _position += read;
        return read;
    }
}
