using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;

namespace Signet.Benchmarks.Micro;

/// <summary>The floor of every signature: hashing what arrives, in the pieces in which it arrives.</summary>
public class HashingBenchmarks
{
    private const int ChunkBytes = 64 * 1024;
    private const int FileBytes = 16 * 1024 * 1024;

    private readonly byte[] _chunk = new byte[ChunkBytes];

    [Params("SHA256", "SHA384", "SHA512")]
    public string Algorithm { get; set; } = string.Empty;

    [GlobalSetup]
    public void FillChunk() => Random.Shared.NextBytes(_chunk);

    [Benchmark]
    public byte[] Hash16MiBInChunks()
    {
        using var hash = IncrementalHash.CreateHash(new HashAlgorithmName(Algorithm));
        for (var done = 0; done < FileBytes; done += ChunkBytes)
        {
            hash.AppendData(_chunk);
        }

        return hash.GetHashAndReset();
    }
}
