using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace Signet.Agent.Hosting;

/// <summary>
/// The memory that controllers' connections are read into: blocks that hold a whole TLS record (RFC 8446 section 5.2) and a
/// whole HTTP/2 frame. Those of the server itself have 4 KB, so that it would receive, decrypt and hand on an upload in quarters
/// of a record, with a system call for each.
/// </summary>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class ConnectionMemory : IMemoryPoolFactory<byte>
{
    /// <summary>Length of a block.</summary>
    public const int BlockBytes = 32 << 10;

    // 2 MB, what an upload has in flight.
    private const int MostKept = 64;

    /// <inheritdoc/>
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new Pool();

    private sealed class Pool : MemoryPool<byte>
    {
        private readonly ConcurrentQueue<Block> _idle = new();

        public override int MaxBufferSize => BlockBytes;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
            return (_idle.TryDequeue(out var block) ? block : new Block(this)).Rent();
        }

        // Blocks that come back later are left to the collector.
        protected override void Dispose(bool disposing) => _idle.Clear();

        private void Return(Block block)
        {
            if (_idle.Count < MostKept)
            {
                _idle.Enqueue(block);
            }
        }

        // Pinned, since the system writes into it.
        private sealed class Block(Pool pool) : IMemoryOwner<byte>
        {
            private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true);
            private int _rented;

            public Memory<byte> Memory => _bytes;

            public Block Rent()
            {
                _rented = 1;
                return this;
            }

            public void Dispose()
            {
                // Given back twice it would be handed to two connections.
                if (Interlocked.Exchange(ref _rented, 0) == 1)
                {
                    pool.Return(this);
                }
            }
        }
    }
}
