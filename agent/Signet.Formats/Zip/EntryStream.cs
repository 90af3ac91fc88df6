using System.IO.Hashing;

namespace Signet.Formats.Zip;

/// <summary>The content of an entry; its end is reached only with the stated length and CRC-32 (APPNOTE 4.4.7, 4.4.9).</summary>
/// <param name="decompressed">The content.</param>
/// <param name="entry">What the directory says of it.</param>
/// <param name="compressed">What <paramref name="decompressed"/> reads, which has to end there as well; null for a stored entry.</param>
internal sealed class EntryStream(Stream decompressed, ZipEntry entry, EndCheckedStream? compressed = null) : ForwardStream
{
    private readonly Crc32 _crc = new();
    private long _position;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        try
        {
            return Check(buffer, decompressed.Read(buffer));
        }
        catch (InvalidDataException exception)
        {
            throw ZipErrors.Malformed($"entry '{entry.Name}' cannot be decompressed", exception);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        try
        {
            var read = await decompressed.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            return Check(buffer.Span, read);
        }
        catch (InvalidDataException exception)
        {
            throw ZipErrors.Malformed($"entry '{entry.Name}' cannot be decompressed", exception);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            decompressed.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Check(ReadOnlySpan<byte> buffer, int read)
    {
        _position += read;
        if (_position > entry.ContentBytes)
        {
            throw ZipErrors.Malformed($"entry '{entry.Name}' has more content than the {entry.ContentBytes} bytes that its headers state");
        }

        _crc.Append(buffer[..read]);
        if (read > 0)
        {
            return read;
        }

        if (compressed is { EndedAtTheEnd: false })
        {
            throw ZipErrors.Malformed($"the compressed data of entry '{entry.Name}' do not end where its headers say");
        }

        return _position == entry.ContentBytes && _crc.GetCurrentHashAsUInt32() == entry.Header.Crc32
            ? 0
            : throw ZipErrors.Malformed($"the content of entry '{entry.Name}' has not the length or CRC-32 that its headers state");
    }
}
