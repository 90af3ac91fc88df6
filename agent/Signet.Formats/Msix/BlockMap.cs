using System.Globalization;
using System.Security.Cryptography;
using System.Xml;

namespace Signet.Formats.Msix;

/// <summary>AppxBlockMap.xml: for every file its size, the size of its local header, and a hash of every 64 KB.</summary>
/// <param name="HashAlgorithm">What the hashes are made with; the signature uses the same.</param>
/// <param name="Files">The files in the order of the map.</param>
internal sealed record BlockMap(HashAlgorithmName HashAlgorithm, IReadOnlyList<BlockMapFile> Files)
{
    /// <summary>Bytes of a block; the last one of a file may be shorter.</summary>
    public const int BlockBytes = 64 << 10;

    /// <summary>Namespace of its elements; later ones add elements that are read over.</summary>
    public const string Namespace = "http://schemas.microsoft.com/appx/2010/blockmap";

    /// <summary>Reads a block map.</summary>
    /// <exception cref="SignatureFormatException">It breaks a rule.</exception>
    public static BlockMap Read(Stream xml)
    {
        try
        {
            return ReadXml(xml);
        }
        catch (Exception exception) when (exception is XmlException or FormatException or OverflowException)
        {
            throw PackageErrors.Malformed($"{PackageFiles.BlockMap} cannot be read", exception);
        }
    }

    private static BlockMap ReadXml(Stream xml)
    {
        using var reader = XmlReader.Create(xml, Opc.SafeXml.ReaderSettings());
        reader.MoveToContent();
        if (reader.LocalName != "BlockMap" || reader.NamespaceURI != Namespace)
        {
            throw PackageErrors.Malformed($"{PackageFiles.BlockMap} has the root '{reader.Name}'");
        }

        var method = reader.GetAttribute("HashMethod");
        var algorithm = HashMethods.Find(method) ?? throw new SignatureFormatException(
            FormatFailure.Unsupported, $"The block map's hash '{method}' is none of SHA-256, SHA-384 and SHA-512.");
        var files = new List<BlockMapFile>();
        while (reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element || reader.NamespaceURI != Namespace)
            {
                continue;
            }

            if (reader.LocalName == "File")
            {
                files.Add(new BlockMapFile(Required(reader, "Name"), Number(reader, "Size"), Number(reader, "LfhSize"), []));
            }
            else if (reader.LocalName == "Block" && files.Count > 0)
            {
                var size = reader.GetAttribute("Size");
                files[^1].Blocks.Add(new Block(
                    Convert.FromBase64String(Required(reader, "Hash")),
                    size is null ? null : long.Parse(size, NumberStyles.None, CultureInfo.InvariantCulture)));
            }
        }

        return new BlockMap(algorithm, files);
    }

    private static long Number(XmlReader reader, string name) =>
        long.Parse(Required(reader, name), NumberStyles.None, CultureInfo.InvariantCulture);

    private static string Required(XmlReader reader, string name) => reader.GetAttribute(name)
        ?? throw PackageErrors.Malformed($"an element '{reader.LocalName}' of {PackageFiles.BlockMap} has no {name}");
}

/// <summary>A file of a block map.</summary>
/// <param name="Name">Its name with back slashes.</param>
/// <param name="Size">Its size unpacked, in bytes.</param>
/// <param name="LocalHeaderBytes">Size of its local header.</param>
/// <param name="Blocks">Its blocks.</param>
internal sealed record BlockMapFile(string Name, long Size, long LocalHeaderBytes, List<Block> Blocks);

/// <summary>A block of a file.</summary>
/// <param name="Hash">Hash of the unpacked bytes.</param>
/// <param name="PackedBytes">How many bytes it has packed; null where the file is stored as it is.</param>
internal sealed record Block(byte[] Hash, long? PackedBytes);
