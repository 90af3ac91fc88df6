namespace Signet.Agent.Ledger;

/// <summary>Checks proofs without any tree at hand (RFC 9162 sections 2.1.3.2 and 2.1.4.2).</summary>
internal static class MerkleVerification
{
    /// <summary>Whether the proof leads from the leaf to the root.</summary>
    /// <param name="leafHash">Hash of the leaf.</param>
    /// <param name="leaf">Its index.</param>
    /// <param name="size">Size of the tree.</param>
    /// <param name="proof">Audit path, from the leaf upwards.</param>
    /// <param name="root">Root of the tree.</param>
    public static bool Includes(
        byte[] leafHash, long leaf, long size, IReadOnlyList<byte[]> proof, ReadOnlySpan<byte> root)
    {
        if (leaf < 0 || leaf >= size || proof.Any(hash => hash.Length != MerkleHash.Size))
        {
            return false;
        }

        var (fn, sn) = (leaf, size - 1);
        var hash = leafHash;
        foreach (var sibling in proof)
        {
            if (sn == 0)
            {
                return false;
            }

            if ((fn & 1) == 1 || fn == sn)
            {
                hash = MerkleHash.OfNode(sibling, hash);
                while ((fn & 1) == 0 && fn != 0)
                {
                    (fn, sn) = (fn >> 1, sn >> 1);
                }
            }
            else
            {
                hash = MerkleHash.OfNode(hash, sibling);
            }

            (fn, sn) = (fn >> 1, sn >> 1);
        }

        return sn == 0 && root.SequenceEqual(hash);
    }

    /// <summary>Whether the tree of the new size extends the one of the old size.</summary>
    public static bool Extends(
        long oldSize, byte[] oldRoot, long newSize, byte[] newRoot, IReadOnlyList<byte[]> proof)
    {
        if (oldSize < 1 || oldSize > newSize || proof.Any(hash => hash.Length != MerkleHash.Size))
        {
            return false;
        }

        if (oldSize == newSize)
        {
            return proof.Count == 0 && oldRoot.AsSpan().SequenceEqual(newRoot);
        }

        // Where the old tree is a complete subtree of the new one, its root is where the walk begins.
        var path = long.IsPow2(oldSize) ? [oldRoot, .. proof] : proof;
        if (path.Count == 0)
        {
            return false;
        }

        var (fn, sn) = (oldSize - 1, newSize - 1);
        while ((fn & 1) == 1)
        {
            (fn, sn) = (fn >> 1, sn >> 1);
        }

        var (fr, sr) = (path[0], path[0]);
        foreach (var hash in path.Skip(1))
        {
            if (sn == 0)
            {
                return false;
            }

            if ((fn & 1) == 1 || fn == sn)
            {
                fr = MerkleHash.OfNode(hash, fr);
                sr = MerkleHash.OfNode(hash, sr);
                while ((fn & 1) == 0 && fn != 0)
                {
                    (fn, sn) = (fn >> 1, sn >> 1);
                }
            }
            else
            {
                sr = MerkleHash.OfNode(sr, hash);
            }

            (fn, sn) = (fn >> 1, sn >> 1);
        }

        return sn == 0 && fr.AsSpan().SequenceEqual(oldRoot) && sr.AsSpan().SequenceEqual(newRoot);
    }
}
