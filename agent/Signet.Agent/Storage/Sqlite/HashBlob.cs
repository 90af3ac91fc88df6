using System.Globalization;
using Signet.Agent.Ledger;

namespace Signet.Agent.Storage.Sqlite;

/// <summary>
/// Hashes one after the other in a column of a record: those of its files, and those of the subtrees that it completes, its own
/// first.
/// </summary>
internal static class HashBlob
{
    /// <summary>SQL for one hash of a column; empty or NULL where the column has fewer.</summary>
    public static string At(string column, int place) =>
        string.Create(CultureInfo.InvariantCulture, $"substr({column}, {1 + (place * MerkleHash.Size)}, {MerkleHash.Size})");

    /// <summary>The hashes in their order.</summary>
    public static byte[] Write(IReadOnlyList<byte[]> hashes)
    {
        var blob = new byte[hashes.Sum(hash => hash.Length)];
        var length = 0;
        foreach (var hash in hashes)
        {
            hash.CopyTo(blob, length);
            length += hash.Length;
        }

        return blob;
    }
}
