namespace Signet.Formats;

/// <summary>
/// A file as it is after a list of edits, read without writing it anywhere. It can seek and cannot be written.
/// </summary>
/// <remarks>Not safe for use by several threads at once, as streams are.</remarks>
public sealed class EditedStream : Stream
{
    private readonly Stream _original;
    private readonly bool _leaveOpen;
    private readonly List<Part> _parts = [];
    private long _position;
    private int _current;

    /// <summary>Lays edits over a file.</summary>
    /// <param name="original">The file; it can seek.</param>
    /// <param name="edits">In ascending order and without overlap, inside the file.</param>
    /// <param name="leaveOpen">Whether the original stays open when this is disposed.</param>
    /// <exception cref="ArgumentException">The edits overlap, are out of order, or lie outside the file.</exception>
    public EditedStream(Stream original, IReadOnlyList<Edit> edits, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(original);
        ArgumentNullException.ThrowIfNull(edits);
        _original = original;
        _leaveOpen = leaveOpen;
        var length = original.Length;
        long read = 0;
        long start = 0;
        foreach (var edit in edits)
        {
            if (edit.Offset < read || edit.RemovedBytes < 0 || edit.Offset > length || edit.RemovedBytes > length - edit.Offset)
            {
                throw new ArgumentException("The edits overlap, are out of order, or lie outside the file.", nameof(edits));
            }

            start = AddPart(start, edit.Offset - read, read, default);
            start = AddPart(start, edit.Inserted.Length, 0, edit.Inserted);
            read = edit.Offset + edit.RemovedBytes;
        }

        Length = AddPart(start, length - read, read, default);
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length { get; }

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (Locate(buffer.Length) is not { } slice)
        {
            return 0;
        }

        var read = slice.Part.IsInserted
            ? Copy(slice, buffer)
            : ReadOriginal(slice, buffer);
        _position += read;
        return read;
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Locate(buffer.Length) is not { } slice)
        {
            return 0;
        }

        int read;
        if (slice.Part.IsInserted)
        {
            read = Copy(slice, buffer.Span);
        }
        else
        {
            _original.Position = slice.Part.Source + slice.Skipped;
            read = await _original.ReadAsync(buffer[..slice.Count], cancellationToken).ConfigureAwait(false);
        }

        _position += read;
        return read;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin)
    {
        Position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => _position + offset,
            SeekOrigin.End => Length + offset,
            _ => throw new ArgumentOutOfRangeException(nameof(origin)),
        };
        return _position;
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        // Nothing is written here.
    }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException("An edited file is read only.");

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("An edited file is read only.");

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_leaveOpen)
        {
            _original.Dispose();
        }

        base.Dispose(disposing);
    }

    private long AddPart(long start, long length, long source, ReadOnlyMemory<byte> inserted)
    {
        if (length > 0)
        {
            _parts.Add(new Part(start, length, source, inserted));
        }

        return start + length;
    }

    private Slice? Locate(int wanted)
    {
        if (wanted == 0 || _position >= Length)
        {
            return null;
        }

        // Reads go forward nearly always, so the part of the last read is tried first.
        if (_position < _parts[_current].Start)
        {
            _current = 0;
        }

        while (_position >= _parts[_current].Start + _parts[_current].Length)
        {
            _current++;
        }

        var part = _parts[_current];
        var skipped = _position - part.Start;
        return new Slice(part, skipped, (int)Math.Min(wanted, part.Length - skipped));
    }

    private static int Copy(Slice slice, Span<byte> buffer)
    {
        slice.Part.Inserted.Span.Slice((int)slice.Skipped, slice.Count).CopyTo(buffer);
        return slice.Count;
    }

    private int ReadOriginal(Slice slice, Span<byte> buffer)
    {
        _original.Position = slice.Part.Source + slice.Skipped;
        return _original.Read(buffer[..slice.Count]);
    }

    private readonly record struct Part(long Start, long Length, long Source, ReadOnlyMemory<byte> Inserted)
    {
        public bool IsInserted => !Inserted.IsEmpty;
    }

    private readonly record struct Slice(Part Part, long Skipped, int Count);
}
