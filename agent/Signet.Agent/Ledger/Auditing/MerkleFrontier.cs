namespace Signet.Agent.Ledger.Auditing;

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

    /// <summary>Adds a leaf by its hash.</summary>
    public void Add(byte[] leafHash)
    {
        var hash = leafHash;

        // Each trailing one bit of the size stands for a subtree that this leaf completes a larger one with.
        for (var size = Size; (size & 1) == 1; size >>= 1)
        {
            hash = MerkleHash.OfNode(_subtrees[^1], hash);
            _subtrees.RemoveAt(_subtrees.Count - 1);
        }

        _subtrees.Add(hash);
        Size++;
    }
}
