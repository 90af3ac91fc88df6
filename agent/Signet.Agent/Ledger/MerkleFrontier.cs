using System.Numerics;

namespace Signet.Agent.Ledger;

/// <summary>
/// Computes roots while leaves are added, and keeps nothing but the roots of the complete subtrees at the right edge: one
/// for each bit of the tree's size (RFC 6962 section 2.1).
/// </summary>
/// <remarks>Not safe for use by several threads at once.</remarks>
internal sealed class MerkleFrontier
{
    private readonly List<byte[]> _subtrees = [];

    /// <summary>Number of leaves.</summary>
    public long Size { get; private set; }

    /// <summary>Root of the tree so far.</summary>
    public byte[] Root
    {
        get
        {
            if (_subtrees.Count == 0)
            {
                return MerkleHash.EmptyRoot;
            }

            var root = _subtrees[^1];
            for (var index = _subtrees.Count - 2; index >= 0; index--)
            {
                root = MerkleHash.OfNode(_subtrees[index], root);
            }

            return root;
        }
    }

    /// <summary>The right edge of a tree whose subtrees are stored.</summary>
    public static MerkleFrontier Read(long size, MerkleProofs.ReadNode read)
    {
        var frontier = new MerkleFrontier { Size = size };
        for (var level = BitOperations.Log2((ulong)size); level >= 0; level--)
        {
            if (((size >> level) & 1) == 1)
            {
                frontier._subtrees.Add(read(level, (size >> level) - 1));
            }
        }

        return frontier;
    }

    /// <summary>Adds a leaf by its hash.</summary>
    /// <param name="leafHash">32 bytes.</param>
    /// <returns>
    /// The hashes of the subtrees that it completes, itself first and the largest last: the one of level L is the subtree in
    /// which it is the last leaf of 2^L.
    /// </returns>
    public IReadOnlyList<byte[]> Add(byte[] leafHash)
    {
        List<byte[]> completed = [leafHash];

        // Each trailing one bit of the size stands for a subtree that this leaf completes a larger one with.
        for (var index = Size; (index & 1) == 1; index >>= 1)
        {
            completed.Add(MerkleHash.OfNode(_subtrees[^1], completed[^1]));
            _subtrees.RemoveAt(_subtrees.Count - 1);
        }

        _subtrees.Add(completed[^1]);
        Size++;
        return completed;
    }
}
