using Signet.Agent.Ledger;

namespace Signet.Agent.Tests.Ledger;

/// <summary>The tree against the vectors that Certificate Transparency's own implementations are tested with.</summary>
public sealed class MerkleTests
{
    // Leaves and roots from the reference tests of RFC 6962 (certificate-transparency, merkletree test data).
    private static readonly string[] Leaves =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

    private static readonly string[] Roots =
    [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    private static byte[][] LeafHashes => [.. Leaves.Select(leaf => MerkleHash.OfLeaf(Convert.FromHexString(leaf)))];

    [Test]
    public void EmptyRoot_Always_IsTheHashOfNothing() => Assert.That(
        Convert.ToHexStringLower(MerkleHash.EmptyRoot),
        Is.EqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));

    [Test]
    public void Root_OfTheReferenceLeaves_IsTheReferenceRoot([Range(1, 8)] int size)
    {
        var frontier = new MerkleFrontier();
        foreach (var hash in LeafHashes.Take(size))
        {
            frontier.Add(hash);
        }

        Assert.That(Convert.ToHexStringLower(frontier.Root), Is.EqualTo(Roots[size - 1]));
        Assert.That(Convert.ToHexStringLower(MerkleProofs.Root(size, Read)), Is.EqualTo(Roots[size - 1]));
    }

    [Test]
    public void Inclusion_OfTheReferenceTree_IsTheReferencePath()
    {
        // PATH(0, D[8]) and PATH(5, D[8]) of the reference tests.
        Assert.That(Hex(MerkleProofs.Inclusion(0, 8, Read)), Is.EqualTo(new[]
        {
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        }));
        Assert.That(Hex(MerkleProofs.Inclusion(5, 8, Read)), Is.EqualTo(new[]
        {
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        }));
    }

    [Test]
    public void Consistency_OfTheReferenceTree_IsTheReferenceProof()
    {
        // PROOF(1, D[8]) and PROOF(6, D[8]) of the reference tests.
        Assert.That(Hex(MerkleProofs.Consistency(1, 8, Read)), Is.EqualTo(new[]
        {
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        }));
        Assert.That(Hex(MerkleProofs.Consistency(6, 8, Read)), Is.EqualTo(new[]
        {
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        }));
    }

    [Test]
    public void Proofs_OfEveryTreeUpTo40_HoldAndNoOthersDo()
    {
        var leaves = Enumerable.Range(0, 40).Select(number => MerkleHash.OfLeaf([(byte)number])).ToArray();
        byte[] ReadHere(int level, long index) => Node(leaves, level, index);
        for (var size = 1; size <= leaves.Length; size++)
        {
            var root = MerkleProofs.Root(size, ReadHere);
            for (var leaf = 0; leaf < size; leaf++)
            {
                var proof = MerkleProofs.Inclusion(leaf, size, ReadHere);
                Assert.That(MerkleVerification.Includes(leaves[leaf], leaf, size, proof, root), Is.True);
                Assert.That(MerkleVerification.Includes(leaves[(leaf + 1) % leaves.Length], leaf, size, proof, root), Is.False);
                Assert.That(MerkleVerification.Includes(leaves[leaf], leaf, size, [.. proof, root], root), Is.False);
                Assert.That(size == 1 || !MerkleVerification.Includes(leaves[leaf], (leaf + 1) % size, size, proof, root), Is.True);
            }

            for (var old = 1; old <= size; old++)
            {
                var oldRoot = MerkleProofs.Root(old, ReadHere);
                var proof = MerkleProofs.Consistency(old, size, ReadHere);
                Assert.That(MerkleVerification.Extends(old, oldRoot, size, root, proof), Is.True);
                Assert.That(MerkleVerification.Extends(old, leaves[0][..31].Append((byte)1).ToArray(), size, root, proof), Is.False);
                Assert.That(MerkleVerification.Extends(old, oldRoot, size, root, [.. proof, root]), Is.False);
            }
        }
    }

    [Test]
    public void Frontier_WhenReadFromStoredSubtrees_GoesOnAsIfItHadBeenThereFromTheStart([Range(0, 40)] int size)
    {
        var leaves = Enumerable.Range(0, 41).Select(number => MerkleHash.OfLeaf([(byte)number])).ToArray();
        var stored = new Dictionary<(int Level, long Index), byte[]>();
        var first = new MerkleFrontier();
        foreach (var leaf in leaves.Take(size))
        {
            AddTo(first, leaf);
        }

        var later = MerkleFrontier.Read(size, (level, index) => stored[(level, index)]);
        Assert.That((later.Size, Convert.ToHexString(later.Root)), Is.EqualTo((size, Convert.ToHexString(first.Root))));
        foreach (var leaf in leaves.Skip(size))
        {
            AddTo(later, leaf);
            Assert.That(later.Root, Is.EqualTo(MerkleProofs.Root(later.Size, (level, index) => stored[(level, index)])));
        }

        Assert.That(stored, Is.All.Matches<KeyValuePair<(int Level, long Index), byte[]>>(
            node => node.Value.AsSpan().SequenceEqual(Node(leaves, node.Key.Level, node.Key.Index))));

        void AddTo(MerkleFrontier frontier, byte[] leaf)
        {
            var index = frontier.Size;
            foreach (var (level, hash) in frontier.Add(leaf).Index())
            {
                stored.Add((level, index >> level), hash);
            }
        }
    }

    private static IEnumerable<string> Hex(IEnumerable<byte[]> hashes) => hashes.Select(Convert.ToHexStringLower);

    private static byte[] Read(int level, long index) => Node(LeafHashes, level, index);

    private static byte[] Node(byte[][] leaves, int level, long index) => level == 0
        ? leaves[index]
        : MerkleHash.OfNode(Node(leaves, level - 1, index * 2), Node(leaves, level - 1, (index * 2) + 1));
}
