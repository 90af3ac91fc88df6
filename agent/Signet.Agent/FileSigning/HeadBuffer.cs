using Signet.Formats;

namespace Signet.Agent.FileSigning;

/// <summary>Holds on to the first chunks of an upload until there are enough bytes to tell its format.</summary>
internal sealed class HeadBuffer
{
    private readonly List<ReadOnlyMemory<byte>> _chunks = [];
    private int _count;

    /// <summary>Whether there are enough bytes to decide on the format.</summary>
    public bool IsFull => _count >= FormatCatalog.HeadBytes;

    /// <summary>The chunks that were held on to, in order.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Chunks => _chunks;

    /// <summary>What decides on the format: the first bytes, or all where the file is shorter.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        var length = Math.Min(_count, FormatCatalog.HeadBytes);
        if (_chunks is [var only])
        {
            return only.Span[..length];
        }

        var head = new byte[length];
        var filled = 0;
        foreach (var chunk in _chunks)
        {
            var part = chunk.Span[..Math.Min(chunk.Length, length - filled)];
            part.CopyTo(head.AsSpan(filled));
            filled += part.Length;
        }

        return head;
    }

    /// <summary>Holds on to a chunk, without a copy of it; once there are enough bytes, further chunks are left aside.</summary>
    public void Add(ReadOnlyMemory<byte> chunk)
    {
        if (!IsFull)
        {
            _chunks.Add(chunk);
            _count += chunk.Length;
        }
    }

    /// <summary>Lets go of the chunks.</summary>
    public void Release() => _chunks.Clear();
}
