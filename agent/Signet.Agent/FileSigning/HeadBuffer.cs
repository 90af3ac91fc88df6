using Signet.Formats;

namespace Signet.Agent.FileSigning;

/// <summary>Keeps the first chunks of an upload until there are enough bytes to tell its format.</summary>
internal sealed class HeadBuffer
{
    private byte[] _bytes = new byte[FormatCatalog.HeadBytes];
    private int _count;

    /// <summary>Whether there are enough bytes to decide on the format.</summary>
    public bool IsFull => _count >= FormatCatalog.HeadBytes;

    /// <summary>What decides on the format: the first bytes, or all where the file is shorter.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Math.Min(_count, FormatCatalog.HeadBytes));

    /// <summary>Everything that was added but the last <paramref name="lastChunkLength"/> bytes.</summary>
    public ReadOnlyMemory<byte> BytesBefore(int lastChunkLength) => _bytes.AsMemory(0, _count - lastChunkLength);

    /// <summary>Adds a chunk; once the buffer is full, further chunks are not kept.</summary>
    public void Add(ReadOnlySpan<byte> chunk)
    {
        if (IsFull)
        {
            return;
        }

        if (_bytes.Length < _count + chunk.Length)
        {
            Array.Resize(ref _bytes, _count + chunk.Length);
        }

        chunk.CopyTo(_bytes.AsSpan(_count));
        _count += chunk.Length;
    }
}
