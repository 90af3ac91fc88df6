using System.Numerics;

namespace Signet.Agent.Ledger;

/// <summary>
/// Roots and proofs out of stored hashes of complete subtrees. The subtree of level L and index I covers the leaves from
/// I * 2^L on, 2^L of them.
/// </summary>
internal static class MerkleProofs
{
    /// <summary>Reads the hash of a complete subtree.</summary>
    public delegate byte[] ReadNode(int level, long index);

    /// <summary>The leaf that completes a subtree: its last one.</summary>
    public static long CompletedBy(int level, long index) => ((index + 1) << level) - 1;

    /// <summary>Root of the tree of the first <paramref name="size"/> leaves (RFC 6962 section 2.1).</summary>
    public static byte[] Root(long size, ReadNode read) =>
        size == 0 ? MerkleHash.EmptyRoot : HashOfRange(0, size, read);

    /// <summary>Audit path of a leaf (RFC 6962 section 2.1.1), from the leaf upwards.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The leaf is not in the tree.</exception>
    public static IReadOnlyList<byte[]> Inclusion(long leaf, long size, ReadNode read)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(leaf);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(leaf, size);
        var path = new List<byte[]>();
        AddPath(leaf, 0, size, read, path);
        return path;
    }

    /// <summary>Consistency proof between two sizes (RFC 6962 section 2.1.2).</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not 0 &lt; old &lt;= new.</exception>
    public static IReadOnlyList<byte[]> Consistency(long oldSize, long newSize, ReadNode read)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(oldSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(oldSize, newSize);
        var proof = new List<byte[]>();
        if (oldSize < newSize)
        {
            AddSubproof(oldSize, 0, newSize, isWhole: true, read, proof);
        }

        return proof;
    }

    private static void AddPath(long leaf, long start, long size, ReadNode read, List<byte[]> path)
    {
        if (size == 1)
        {
            return;
        }

        var split = SplitOf(size);
        if (leaf - start < split)
        {
            AddPath(leaf, start, split, read, path);
            path.Add(HashOfRange(start + split, size - split, read));
        }
        else
        {
            AddPath(leaf, start + split, size - split, read, path);
            path.Add(HashOfRange(start, split, read));
        }
    }

    private static void AddSubproof(
        long oldSize, long start, long size, bool isWhole, ReadNode read, List<byte[]> proof)
    {
        if (oldSize == size)
        {
            if (!isWhole)
            {
                proof.Add(HashOfRange(start, size, read));
            }

            return;
        }

        var split = SplitOf(size);
        if (oldSize <= split)
        {
            AddSubproof(oldSize, start, split, isWhole, read, proof);
            proof.Add(HashOfRange(start + split, size - split, read));
        }
        else
        {
            AddSubproof(oldSize - split, start + split, size - split, isWhole: false, read, proof);
            proof.Add(HashOfRange(start, split, read));
        }
    }

    private static byte[] HashOfRange(long start, long size, ReadNode read)
    {
        if (BitOperations.IsPow2(size))
        {
            var level = BitOperations.TrailingZeroCount(size);
            return read(level, start >> level);
        }

        var split = SplitOf(size);
        return MerkleHash.OfNode(HashOfRange(start, split, read), HashOfRange(start + split, size - split, read));
    }

    // The largest power of two below size.
    private static long SplitOf(long size) => 1L << BitOperations.Log2((ulong)(size - 1));
}
