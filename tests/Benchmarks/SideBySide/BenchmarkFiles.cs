using System.Security.Cryptography;
using Google.Protobuf;
using Signet.Protocol.V1;
using Signet.Testing.Agent;

namespace Signet.Benchmarks.SideBySide;

/// <summary>Programs of any size: the sample library with bytes behind its sections, as installers carry them.</summary>
internal sealed class BenchmarkFiles(string directory)
{
    /// <summary>A program of this size.</summary>
    /// <param name="name">Name of the file.</param>
    /// <param name="bytes">Its length; at least the 4 KB of the sample library.</param>
    /// <returns>Its path.</returns>
    public string Program(string name, long bytes)
    {
        var path = Path.Combine(directory, name);
        File.Copy(SampleProgram.Library, path, overwrite: true);
        using var file = File.Open(path, FileMode.Open);
        file.Position = file.Length;
        var filling = RandomNumberGenerator.GetBytes(1 << 20);
        while (file.Length < bytes)
        {
            file.Write(filling.AsSpan(0, (int)Math.Min(filling.Length, bytes - file.Length)));
        }

        return file.Length == bytes
            ? path
            : throw new ArgumentOutOfRangeException(nameof(bytes), bytes, $"the sample library has {file.Length} bytes itself");
    }

    /// <summary>What a manifest says of a file under some name.</summary>
    public static async Task<ManifestFile> DescribeAsync(string path, string name, CancellationToken cancellationToken)
    {
        await using var content = File.OpenRead(path);
        return new ManifestFile
        {
            Name = name,
            SizeBytes = content.Length,
            Sha256 = ByteString.CopyFrom(await SHA256.HashDataAsync(content, cancellationToken)),
        };
    }
}
