using System.Buffers.Binary;
using System.Text;
using Signet.Formats.Tests.Zip;

namespace Signet.Formats.Tests.Apk;

/// <summary>Makes small APKs: an archive with a manifest in Android's binary form (AOSP, ResourceTypes.h).</summary>
internal static class ApkBuilder
{
    /// <summary>An APK with more than one chunk of content.</summary>
    public static byte[] Build(int minSdk = 24, int dexBytes = 2_500_001)
    {
        var dex = new byte[dexBytes];
        new Random(7).NextBytes(dex);
        return ZipSamples.Build(
            ("AndroidManifest.xml", Manifest(minSdk)), ("classes.dex", dex), ("res/a.xml", [1, 2, 3]), ("assets/empty", []));
    }

    /// <summary>A binary manifest with uses-sdk.</summary>
    /// <param name="minSdk">Value of minSdkVersion; null for none.</param>
    /// <param name="codename">Text in its place, as previews have it.</param>
    /// <param name="utf16">Whether strings are UTF-16, as older tools write them.</param>
    public static byte[] Manifest(int? minSdk, string? codename = null, bool utf16 = false)
    {
        string[] strings = ["minSdkVersion", "manifest", "uses-sdk", "package", "org.example", codename ?? string.Empty];
        byte[] version = codename is null
            ? [.. Number(uint.MaxValue), 8, 0, 0, 0x10, .. Number((uint)(minSdk ?? 0))]
            : [.. Number(5), 8, 0, 0, 3, .. Number(5)];
        byte[] attribute = [.. Number(uint.MaxValue), .. Number(0), .. version];
        byte[] package = [.. Number(uint.MaxValue), .. Number(3), .. Number(4), 8, 0, 0, 3, .. Number(4)];
        byte[] content =
        [
            .. Pool(strings, utf16),
            .. Chunk(0x0180, 8, Number(0x0101020c)),
            .. Element(1, package),
            .. Element(2, minSdk is null && codename is null ? [] : attribute),
            .. EndElement(2),
            .. EndElement(1),
        ];
        return Chunk(0x0003, 8, content);
    }

    private static byte[] Pool(string[] strings, bool utf16)
    {
        using var data = new MemoryStream();
        var offsets = new List<byte>();
        foreach (var text in strings)
        {
            offsets.AddRange(Number((uint)data.Length));
            data.Write(utf16
                ? [.. BitConverter.GetBytes((ushort)text.Length), .. Encoding.Unicode.GetBytes(text), 0, 0]
                : [(byte)text.Length, (byte)text.Length, .. Encoding.ASCII.GetBytes(text), 0]);
        }

        while (data.Length % 4 != 0)
        {
            data.WriteByte(0);
        }

        // Counts of strings and styles, flags, where strings and styles begin.
        byte[] head = [.. Number((uint)strings.Length), .. Number(0), .. Number(utf16 ? 0u : 256), .. Number((uint)(28 + offsets.Count)), .. Number(0)];
        return Chunk(0x0001, 28, [.. head, .. offsets, .. data.ToArray()]);
    }

    // Line and comment, then namespace, name, where attributes begin, their size and number, and three indices.
    private static byte[] Element(uint name, byte[] attribute) => Chunk(
        0x0102, 16,
        [
            .. Number(1), .. Number(uint.MaxValue), .. Number(uint.MaxValue), .. Number(name), 20, 0, 20, 0,
            (byte)(attribute.Length / 20), 0, 0, 0, 0, 0, 0, 0, .. attribute,
        ]);

    private static byte[] EndElement(uint name) =>
        Chunk(0x0103, 16, [.. Number(1), .. Number(uint.MaxValue), .. Number(uint.MaxValue), .. Number(name)]);

    private static byte[] Chunk(ushort type, ushort headerBytes, byte[] rest) =>
        [.. BitConverter.GetBytes(type), .. BitConverter.GetBytes(headerBytes), .. Number((uint)rest.Length + 8), .. rest];

    private static byte[] Number(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }
}
