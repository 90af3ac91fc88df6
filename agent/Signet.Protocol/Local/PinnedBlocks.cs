using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections;

namespace Signet.Protocol.Local;

/// <summary>
/// Memory for a server's connections in blocks of one length, which are used again. Pinned, since the system writes into them,
/// and so that the garbage collector leaves no copies behind.
/// </summary>
/// <remarks>Safe for use by several threads at once, as are the pools.</remarks>
/// <param name="blockBytes">Length of a block; more at once cannot be rented.</param>
/// <param name="mostKept">So many blocks at most wait in a pool to be used again.</param>
/// <param name="isZeroed">Whether a block is zeroed when it is given back: for what carries secrets.</param>
public sealed class PinnedBlocks(int blockBytes, int mostKept, bool isZeroed) : IMemoryPoolFactory<byte>
{
    /// <inheritdoc/>
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new Pool(blockBytes, mostKept, isZeroed);

    private sealed class Pool(int blockBytes, int mostKept, bool isZeroed) : MemoryPool<byte>
    {
        private readonly ConcurrentQueue<byte[]> _free = new();

        public override int MaxBufferSize => blockBytes;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, blockBytes);
            return new Block(this, _free.TryDequeue(out var bytes) ? bytes : GC.AllocateArray<byte>(blockBytes, pinned: true));
        }

        // Blocks that come back later are left to the collector.
        protected override void Dispose(bool disposing) => _free.Clear();

        private void Return(byte[] bytes)
        {
            if (isZeroed)
            {
                CryptographicOperations.ZeroMemory(bytes);
            }

            if (_free.Count < mostKept)
            {
                _free.Enqueue(bytes);
            }
        }

        // One for each time that a block is rented: given back twice, or late, it would be handed to two connections.
        private sealed class Block(Pool pool, byte[] bytes) : IMemoryOwner<byte>
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
}
