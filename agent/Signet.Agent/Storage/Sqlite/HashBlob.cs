namespace Signet.Agent.Storage.Sqlite;

/// <summary>
/// Hashes one after the other in a column of a record: those of its files, and those of the subtrees that it completes, its own
/// first.
/// </summary>
internal static class HashBlob
{
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
