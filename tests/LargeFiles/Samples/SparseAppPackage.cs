using System.Security.Cryptography;
using System.Text;

namespace Signet.LargeFiles.Samples;

/// <summary>An MSIX package with a file that is a hole, which its block map lists block by block.</summary>
internal static class SparseAppPackage
{
    private const string Map = "AppxBlockMap.xml";
    private const string Types = "[Content_Types].xml";
    private const string Hole = "large.bin";
    private const int BlockBytes = 64 << 10;

    /// <summary>Writes one.</summary>
    public static void Write(FileStream file, long bytes)
    {
        var archive = new SparseArchive(file);
        var map = new StringBuilder(
            "<BlockMap xmlns=\"http://schemas.microsoft.com/appx/2010/blockmap\" HashMethod=\"http://www.w3.org/2001/04/xmlenc#sha256\">");
        var files = SparseArchive.FilesOf("msix", "package.msix").ToDictionary(part => part.Name, part => part.Content, StringComparer.Ordinal);
        Append(map, Hole, archive.AddHole(Hole, bytes), bytes);
        const string Manifest = "AppxManifest.xml";
        var manifest = files[Manifest];
        var headerBytes = archive.Add(Manifest, manifest);
        map.Append($"<File Name=\"{Manifest}\" Size=\"{manifest.Length}\" LfhSize=\"{headerBytes}\"><Block Hash=\"{Hash(manifest)}\"/></File>");
        archive.Add(Map, Encoding.UTF8.GetBytes(map.Append("</BlockMap>").ToString()));
        archive.Add(Types, files[Types]);
        archive.Finish();
    }

    private static void Append(StringBuilder map, string name, int headerBytes, long bytes)
    {
        map.Append($"<File Name=\"{name}\" Size=\"{bytes}\" LfhSize=\"{headerBytes}\">");
        var whole = $"<Block Hash=\"{Hash(new byte[BlockBytes])}\"/>";
        for (long block = 0; block < bytes / BlockBytes; block++)
        {
            map.Append(whole);
        }

        if (bytes % BlockBytes > 0)
        {
            map.Append($"<Block Hash=\"{Hash(new byte[bytes % BlockBytes])}\"/>");
        }

        map.Append("</File>");
    }

    private static string Hash(byte[] content) => Convert.ToBase64String(SHA256.HashData(content));
}
