using System.IO.Hashing;
using System.Security.Cryptography;

namespace Signet.LargeFiles.Samples;

/// <summary>What is known of zeros without a file of them.</summary>
internal static class Zeros
{
    /// <summary>Their CRC-32.</summary>
    public static uint Crc(long count)
    {
        var crc = new Crc32();
        Feed(count, bytes => crc.Append(bytes.Span));
        return crc.GetCurrentHashAsUInt32();
    }

    /// <summary>Their SHA-256 in hexadecimal.</summary>
    public static string Digest(long count)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Feed(count, bytes => hash.AppendData(bytes.Span));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Feed(long count, Action<ReadOnlyMemory<byte>> take)
    {
        var zeros = new byte[1 << 20];
        for (; count > 0; count -= zeros.Length)
        {
            take(zeros.AsMemory(0, (int)Math.Min(zeros.Length, count)));
        }
    }
}
