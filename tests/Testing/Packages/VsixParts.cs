using System.IO.Compression;
using System.Text;

namespace Signet.Testing.Packages;

/// <summary>Changes single parts of a package, as an attacker would.</summary>
public static class VsixParts
{
    public static List<string> Names(byte[] package)
    {
        using var archive = new ZipArchive(new MemoryStream(package));
        return [.. archive.Entries.Select(entry => entry.FullName)];
    }

    public static byte[] With(byte[] package, string name, Action<byte[]> change) => Rewrite(package, name, content =>
    {
        change(content);
        return content;
    });

    public static byte[] Replace(byte[] package, string name, Func<string, string> change) =>
        Rewrite(package, name, content => Encoding.UTF8.GetBytes(change(Encoding.UTF8.GetString(content))));

    public static byte[] Added(byte[] package, string name, byte[] content)
    {
        using var file = new MemoryStream();
        file.Write(package);
        using (var archive = new ZipArchive(file, ZipArchiveMode.Update, leaveOpen: true))
        {
            using var stream = archive.CreateEntry(name).Open();
            stream.Write(content);
        }

        return file.ToArray();
    }

    private static byte[] Rewrite(byte[] package, string name, Func<byte[], byte[]> change)
    {
        using var file = new MemoryStream();
        file.Write(package);
        using (var archive = new ZipArchive(file, ZipArchiveMode.Update, leaveOpen: true))
        {
            using var stream = archive.GetEntry(name)!.Open();
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            var changed = change(content);
            stream.SetLength(0);
            stream.Write(changed);
        }

        return file.ToArray();
    }
}
