using Signet.Fuzz;

namespace Signet.LargeFiles.Samples;

/// <summary>The small files that large ones begin with: those that fuzzing begins with too.</summary>
internal static class Seed
{
    /// <summary>The first one of a format.</summary>
    public static byte[] Read(string format) => File.ReadAllBytes(FormatSeeds.Seeds(format)[0]);

    /// <summary>Writes the seed and a hole behind it.</summary>
    public static Action<FileStream, long> WriteBefore(string format) => (file, bytes) =>
    {
        file.Write(Read(format));
        file.SetLength(bytes);
    };
}
