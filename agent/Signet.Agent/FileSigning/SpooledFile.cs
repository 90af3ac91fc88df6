using System.Buffers;

namespace Signet.Agent.FileSigning;

/// <summary>
/// An upload that waits until it is signed: in memory where it is small, because to make, write, read and remove a file costs
/// more than to sign it; else in a file of the spool, which is gone when this is disposed.
/// </summary>
/// <remarks>One caller writes; once all is written, several may read at once.</remarks>
internal sealed class SpooledFile : IAsyncDisposable
{
    private readonly SpoolDirectory _spool;
    private readonly int _reservedBytes;
    private byte[]? _memory;
    private FileStream? _file;
    private bool _disposed;

    /// <summary>Begins in memory.</summary>
    /// <param name="spool">Where it goes if it grows.</param>
    /// <param name="capacityBytes">Bytes that were taken from the spool's budget; 0 to begin on disk.</param>
    public SpooledFile(SpoolDirectory spool, int capacityBytes)
    {
        _spool = spool;
        _reservedBytes = capacityBytes;
        _memory = capacityBytes > 0 ? ArrayPool<byte>.Shared.Rent(capacityBytes) : null;
    }

    /// <summary>Whether it is small, and in memory.</summary>
    public bool IsInMemory => _memory is not null;

    /// <summary>Bytes written.</summary>
    public long Length { get; private set; }

    /// <summary>Adds to its end.</summary>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_memory is not null && Length + bytes.Length <= _memory.Length)
        {
            bytes.CopyTo(_memory.AsSpan((int)Length));
        }
        else
        {
            WriteToDisk(bytes);
        }

        Length += bytes.Length;
    }

    /// <summary>A reader with a position of its own, at the start. It is of no use once this is disposed.</summary>
    public SpoolReader OpenReader() => new(this);

    /// <summary>Reads at a position.</summary>
    /// <returns>How many bytes; 0 at the end.</returns>
    public int Read(Span<byte> buffer, long position)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _file is null ? ReadMemory(buffer, position) : RandomAccess.Read(_file.SafeFileHandle, buffer, position);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        ReleaseMemory();
        if (_file is not null)
        {
            await _file.DisposeAsync();
        }
    }

    private int ReadMemory(Span<byte> buffer, long position)
    {
        var count = (int)Math.Clamp(Length - position, 0, buffer.Length);
        _memory.AsSpan((int)Math.Min(position, Length), count).CopyTo(buffer);
        return count;
    }

    // Not asynchronous, nor is the reading: the page cache takes and gives these bytes in less time than it takes to hand them
    // to another thread, which is what .NET does for files.
    private void WriteToDisk(ReadOnlySpan<byte> bytes)
    {
        if (_file is null)
        {
            _file = _spool.CreateFile();
            if (_memory is not null)
            {
                _file.Write(_memory.AsSpan(0, (int)Length));
                ReleaseMemory();
            }
        }

        _file.Write(bytes);
    }

    private void ReleaseMemory()
    {
        if (_memory is null)
        {
            return;
        }

        ArrayPool<byte>.Shared.Return(_memory);
        _memory = null;
        _spool.Release(_reservedBytes);
    }
}
