using System.Buffers.Binary;
using System.IO.Compression;
using System.Security;
using System.Security.Cryptography;
using System.Text;

namespace Signet.Testing.Packages;

/// <summary>
/// Makes app packages and bundles in the way of Microsoft's packer: deflated block by block, sizes in 64-bit data
/// descriptors, zip64 end records, 0xFFFF in the end record, block map and content types last.
/// </summary>
public sealed record PackageBuilder
{
    public const string Publisher = "CN=Formats test, O=Signet tests";

    private const int BlockBytes = 64 << 10;

    public string Owner { get; init; } = Publisher;

    public string Hash { get; init; } = "SHA256";

    /// <summary>Zip64 end records and 0xFFFF, as Microsoft's packer has them; else plain ones.</summary>
    public bool Zip64 { get; init; } = true;

    public bool IsBundle { get; init; }

    /// <summary>Whether it has AppxMetadata/CodeIntegrity.cat.</summary>
    public bool WithCatalog { get; init; }

    /// <summary>Files beside those that every package has; in a bundle: the packages.</summary>
    public IReadOnlyList<(string Name, byte[] Content, bool Deflated)> Files { get; init; } =
    [
        ("App.exe", Content(100_000), true),
        ("Assets/Logo 1.png", Content(5000), false),
        ("empty.txt", [], false),
    ];

    /// <summary>What the block map says of a file in place of the truth.</summary>
    public Func<string, string> BreakBlockMap { get; init; } = map => map;

    /// <summary>Changes [Content_Types].xml.</summary>
    public Func<string, string> BreakTypes { get; init; } = types => types;

    public static byte[] Content(int length)
    {
        var content = new byte[length];
        new Random(length).NextBytes(content.AsSpan(0, length / 2));
        return content;
    }

    public byte[] Build()
    {
        var file = new MemoryStream();
        var directory = new MemoryStream();
        var map = new StringBuilder();
        var packages = new StringBuilder();
        var entries = 0;
        foreach (var (name, content, deflated) in Files)
        {
            var dataOffset = file.Length + 30 + Encoding.UTF8.GetByteCount(Encode(name));
            AddListed(name, content, deflated && !IsBundle, listed: !IsBundle);
            packages.Append($"<Package Type=\"application\" Version=\"1.0.0.0\" FileName=\"{name}\" Offset=\"{dataOffset}\" Size=\"{content.Length}\"/>");
        }

        var identity = $"<Identity Name=\"Signet.Test\" Publisher=\"{SecurityElement.Escape(Owner)}\" Version=\"1.0.0.0\"/>";
        if (IsBundle)
        {
            AddListed("AppxMetadata/AppxBundleManifest.xml", Utf8($"<?xml version=\"1.0\"?><Bundle xmlns=\"http://schemas.microsoft.com/appx/2013/bundle\" SchemaVersion=\"3.0\">{identity}<Packages>{packages}</Packages></Bundle>"), true, listed: true);
        }
        else
        {
            AddListed("AppxManifest.xml", Utf8($"<?xml version=\"1.0\"?><Package xmlns=\"http://schemas.microsoft.com/appx/manifest/foundation/windows10\">{identity}<Properties/></Package>"), true, listed: true);
        }

        var method = Hash switch
        {
            "SHA384" => "http://www.w3.org/2001/04/xmldsig-more#sha384",
            "SHA512" => "http://www.w3.org/2001/04/xmlenc#sha512",
            _ => "http://www.w3.org/2001/04/xmlenc#sha256",
        };
        Add("AppxBlockMap.xml", Utf8(BreakBlockMap($"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\r\n<BlockMap xmlns=\"http://schemas.microsoft.com/appx/2010/blockmap\" HashMethod=\"{method}\">{map}</BlockMap>")), true, out _);
        if (WithCatalog)
        {
            Add("AppxMetadata/CodeIntegrity.cat", Content(700), true, out _);
        }

        Add("[Content_Types].xml", Utf8(BreakTypes("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"exe\" ContentType=\"application/x-msdownload\"/><Default Extension=\"xml\" ContentType=\"application/vnd.ms-appx.manifest+xml\"/><Override PartName=\"/AppxBlockMap.xml\" ContentType=\"application/vnd.ms-appx.blockmap+xml\"/></Types>")), true, out _);
        WriteEnd(file, directory, entries);
        return file.ToArray();

        void AddListed(string name, byte[] content, bool deflate, bool listed)
        {
            Add(name, content, deflate, out var blocks);
            if (listed)
            {
                var lfh = 30 + Encoding.UTF8.GetByteCount(Encode(name));
                map.Append($"<File Name=\"{name.Replace('/', '\\')}\" Size=\"{content.Length}\" LfhSize=\"{lfh}\">");
                foreach (var (hash, size) in blocks)
                {
                    map.Append($"<Block Hash=\"{hash}\"{(deflate ? $" Size=\"{size}\"" : string.Empty)}/>");
                }

                map.Append("</File>");
            }
        }

        void Add(string name, byte[] content, bool deflate, out List<(string Hash, int Size)> blocks)
        {
            entries++;
            AddEntry(file, directory, Encode(name), content, deflate, out blocks);
        }
    }

    private void AddEntry(
        MemoryStream file, MemoryStream directory, string name, byte[] content, bool deflate, out List<(string Hash, int Size)> blocks)
    {
        var packed = Pack(content, deflate, out blocks);
        var nameBytes = Encoding.UTF8.GetBytes(name);
        var crc = Crc(content);
        var offset = (uint)file.Length;
        var hasDescriptor = deflate && Zip64;
        var local = new byte[30];
        Write32(local, 0, 0x04034b50);
        Write16(local, 4, 45);
        Write16(local, 6, hasDescriptor ? 8 : 0);
        Write16(local, 8, deflate ? 8 : 0);
        Write32(local, 10, 0x4A6B8D33);
        if (!hasDescriptor)
        {
            Write32(local, 14, crc);
            Write32(local, 18, (uint)packed.Length);
            Write32(local, 22, (uint)content.Length);
        }

        Write16(local, 26, nameBytes.Length);
        file.Write(local);
        file.Write(nameBytes);
        file.Write(packed);
        if (hasDescriptor)
        {
            var descriptor = new byte[24];
            Write32(descriptor, 0, 0x08074b50);
            Write32(descriptor, 4, crc);
            Write32(descriptor, 8, (uint)packed.Length);
            Write32(descriptor, 16, (uint)content.Length);
            file.Write(descriptor);
        }

        var header = new byte[46];
        Write32(header, 0, 0x02014b50);
        Write16(header, 4, 45);
        local.AsSpan(4, 10).CopyTo(header.AsSpan(6));
        Write32(header, 16, crc);
        Write32(header, 20, (uint)packed.Length);
        Write32(header, 24, (uint)content.Length);
        Write16(header, 28, nameBytes.Length);
        Write32(header, 42, offset);
        directory.Write(header);
        directory.Write(nameBytes);
    }

    private byte[] Pack(byte[] content, bool deflate, out List<(string Hash, int Size)> blocks)
    {
        blocks = [];
        using var packed = new MemoryStream();
        for (var at = 0; at < content.Length; at += BlockBytes)
        {
            var block = content.AsSpan(at, Math.Min(BlockBytes, content.Length - at));
            var before = packed.Length;
            if (deflate)
            {
                // Flushed to a whole byte; the end that closing adds is cut off again.
                var stream = new DeflateStream(packed, CompressionLevel.Optimal, leaveOpen: true);
                stream.Write(block);
                stream.Flush();
                var end = packed.Length;
                blocks.Add((Digest(block), (int)(end - before)));
                stream.Dispose();
                packed.SetLength(end);
            }
            else
            {
                packed.Write(block);
                blocks.Add((Digest(block), block.Length));
            }
        }

        if (deflate)
        {
            packed.Write([3, 0]);
        }

        return packed.ToArray();
    }

    private string Digest(ReadOnlySpan<byte> block) =>
        Convert.ToBase64String(CryptographicOperations.HashData(new HashAlgorithmName(Hash), block));

    private void WriteEnd(MemoryStream file, MemoryStream directory, int entries)
    {
        var start = file.Length;
        file.Write(directory.ToArray());
        var end = new byte[22];
        Write32(end, 0, 0x06054b50);
        if (Zip64)
        {
            var record = new byte[56];
            Write32(record, 0, 0x06064b50);
            Write32(record, 4, 44);
            Write16(record, 12, 45);
            Write16(record, 14, 45);
            Write32(record, 24, (uint)entries);
            Write32(record, 32, (uint)entries);
            Write32(record, 40, (uint)directory.Length);
            Write32(record, 48, (uint)start);
            var locator = new byte[20];
            Write32(locator, 0, 0x07064b50);
            Write32(locator, 8, (uint)file.Length);
            Write32(locator, 16, 1);
            file.Write(record);
            file.Write(locator);
            end.AsSpan(4, 16).Fill(0xFF);
        }
        else
        {
            Write16(end, 8, entries);
            Write16(end, 10, entries);
            Write32(end, 12, (uint)directory.Length);
            Write32(end, 16, (uint)start);
        }

        file.Write(end);
    }

    private static uint Crc(byte[] content)
    {
        var crc = uint.MaxValue;
        foreach (var value in content)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) == 0 ? 0 : 0xEDB88320);
            }
        }

        return ~crc;
    }

    private static string Encode(string name) =>
        name == "[Content_Types].xml" ? name : string.Join('/', name.Split('/').Select(Uri.EscapeDataString));

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static void Write16(byte[] bytes, int at, int value) => BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at), (ushort)value);

    private static void Write32(byte[] bytes, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), value);
}
