using System.Buffers;
using System.Security.Cryptography;

namespace Signet.Agent.Ledger;

/// <summary>The hashes of the Merkle tree (RFC 6962 section 2.1). Every hash is a SHA-256, 32 bytes.</summary>
internal static class MerkleHash
{
    /// <summary>Length of a hash in bytes.</summary>
    public const int Size = 32;

    private const byte LeafPrefix = 0;
    private const byte NodePrefix = 1;

    // Most records are shorter.
    private const int OnStackBytes = 1024;

    /// <summary>Root of the tree without leaves.</summary>
    public static byte[] EmptyRoot => SHA256.HashData([]);

    /// <summary>Hash of a leaf.</summary>
    public static byte[] OfLeaf(ReadOnlySpan<byte> record)
    {
        var length = 1 + record.Length;
        var rented = length <= OnStackBytes ? null : ArrayPool<byte>.Shared.Rent(length);
        var input = rented is null ? stackalloc byte[OnStackBytes] : rented;
        input[0] = LeafPrefix;
        record.CopyTo(input[1..]);
        var hash = SHA256.HashData(input[..length]);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return hash;
    }

    /// <summary>Hash of an inner node.</summary>
    public static byte[] OfNode(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Span<byte> input = stackalloc byte[1 + Size + Size];
        input[0] = NodePrefix;
        left.CopyTo(input[1..]);
        right.CopyTo(input[(1 + Size)..]);
        return SHA256.HashData(input);
    }
}
