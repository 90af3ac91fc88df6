using System.IO.Compression;

namespace Signet.Formats.Tests.Zip;

/// <summary>Archives made by .NET's own writer.</summary>
internal static class ZipSamples
{
    /// <summary>An archive of these entries; a name that ends with a slash is a directory.</summary>
    public static byte[] Build(params (string Name, byte[] Content)[] entries) => Build(true, entries);

    /// <param name="seekable">Where false, the writer needs data descriptors.</param>
    /// <param name="entries">Names and contents, in order.</param>
    public static byte[] Build(bool seekable, params (string Name, byte[] Content)[] entries)
    {
        using var result = new MemoryStream();
        using var target = seekable ? result : new ForwardOnly(result);
        using (var archive = new ZipArchive(target, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                var entry = archive.CreateEntry(name, content.Length % 2 == 0 ? CompressionLevel.Optimal : CompressionLevel.NoCompression);
                entry.LastWriteTime = new DateTimeOffset(2026, 1, 2, 3, 4, 6, TimeSpan.Zero);
                using var stream = entry.Open();
                stream.Write(content);
            }
        }

        return result.ToArray();
    }

    /// <summary>Name and content of every entry, as .NET's own reader sees them.</summary>
    public static Dictionary<string, byte[]> Contents(byte[] archive)
    {
        using var zip = new ZipArchive(new MemoryStream(archive), ZipArchiveMode.Read);
        return zip.Entries.ToDictionary(
            entry => entry.FullName,
            entry =>
            {
                using var stream = entry.Open();
                using var copy = new MemoryStream();
                stream.CopyTo(copy);
                return copy.ToArray();
            },
            StringComparer.Ordinal);
    }

    private sealed class ForwardOnly(MemoryStream target) : MemoryStream
    {
        public override bool CanSeek => false;

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(byte[] buffer, int offset, int count) => target.Write(buffer, offset, count);

        public override void Write(ReadOnlySpan<byte> buffer) => target.Write(buffer);
    }
}
