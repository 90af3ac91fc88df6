using Signet.Fuzz;

namespace Signet.LargeFiles.Samples;

/// <summary>The small files that large ones begin with: those that fuzzing begins with too.</summary>
internal static class Seed
{
    /// <summary>One of a format.</summary>
    /// <param name="format">The format.</param>
    /// <param name="file">Name of the file; null for the first one.</param>
    public static byte[] Read(string format, string? file = null) =>
        File.ReadAllBytes(FormatSeeds.Seeds(format).First(seed => file is null || Path.GetFileName(seed) == file));

    /// <summary>Writes the seed and a hole behind it.</summary>
    public static Action<FileStream, long> WriteBefore(string format) => (file, bytes) =>
    {
        file.Write(Read(format));
        file.SetLength(bytes);
    };
}
