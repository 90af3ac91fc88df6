using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections;

namespace Signet.Tokens.Host;

/// <summary>
/// Buffers for Kestrel that are zeroed before they are used again, since a PIN passes through them. Pinned, so that the
/// garbage collector leaves no copies behind.
/// </summary>
internal sealed class ZeroingMemoryPool : MemoryPool<byte>
{
    // The size of Kestrel's own blocks; larger ones are never asked for by its transports.
    private const int BlockBytes = 4096;
    private const int MostKept = 256;

    private readonly ConcurrentBag<byte[]> _free = [];

    /// <inheritdoc/>
    public override int MaxBufferSize => BlockBytes;

    /// <inheritdoc/>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
        return new Block(this, _free.TryTake(out var block) ? block : GC.AllocateArray<byte>(BlockBytes, pinned: true));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _free.Clear();

    private void Return(byte[] block)
    {
        CryptographicOperations.ZeroMemory(block);
        if (_free.Count < MostKept)
        {
            _free.Add(block);
        }
    }

    /// <summary>Makes the pools that Kestrel asks for.</summary>
    internal sealed class Factory : IMemoryPoolFactory<byte>
    {
        /// <inheritdoc/>
        public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new ZeroingMemoryPool();
    }

    private sealed class Block(ZeroingMemoryPool pool, byte[] bytes) : IMemoryOwner<byte>
    {
        private byte[]? _bytes = bytes;

        public Memory<byte> Memory => _bytes ?? throw new ObjectDisposedException(nameof(Block));

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _bytes, null) is { } returned)
            {
                pool.Return(returned);
            }
        }
    }
}
