using System.IO.Compression;
using System.Security.Cryptography;
using System.Xml;
using System.Xml.Linq;
using Signet.Formats.Opc;

namespace Signet.Formats.Msix.Verification;

/// <summary>The files of a package as .NET's own reader of ZIP files gives them, held against the block map.</summary>
internal sealed class PackageContent(ZipArchive archive) : IDisposable
{
    /// <summary>Whether it is a bundle.</summary>
    public bool IsBundle => archive.GetEntry(PackageFiles.BundleManifest) is not null;

    /// <summary>The hash that the block map names; null for none that is known.</summary>
    public HashAlgorithmName? BlockMapHash { get; private set; }

    /// <summary>The publisher that the manifest names; null where it names none.</summary>
    public string? Publisher { get; private set; }

    /// <inheritdoc/>
    public void Dispose() => archive.Dispose();

    /// <summary>The hash of a file's content; null where there is no such file.</summary>
    public byte[]? Hash(string name, HashAlgorithmName algorithm)
    {
        if (archive.GetEntry(name) is not { } entry)
        {
            return null;
        }

        using var content = entry.Open();
        return CryptographicOperations.HashData(algorithm, content);
    }

    /// <summary>The small file of this name; null where there is none.</summary>
    /// <exception cref="SignatureFormatException">It is larger than such files are.</exception>
    public byte[]? Read(string name)
    {
        if (archive.GetEntry(name) is not { } entry)
        {
            return null;
        }

        using var content = entry.Open();
        using var bytes = new MemoryStream();
        var buffer = new byte[16 << 10];
        int count;
        while ((count = content.Read(buffer)) > 0)
        {
            bytes.Write(buffer, 0, count);
            if (bytes.Length > SafeXml.MaxPartBytes)
            {
                throw PackageErrors.Malformed($"{name} has more than {SafeXml.MaxPartBytes} bytes");
            }
        }

        // .NET's reader leaves this to its user.
        return System.IO.Hashing.Crc32.HashToUInt32(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)) == entry.Crc32
            ? bytes.ToArray()
            : throw PackageErrors.Malformed($"{name} has another CRC-32 than its header says");
    }

    /// <summary>Reads everything and says what does not agree, one sentence each.</summary>
    public List<string> Check(CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        var manifest = Load(IsBundle ? PackageFiles.BundleManifest : PackageFiles.Manifest);
        Publisher = manifest?.Elements().FirstOrDefault(element => element.Name.LocalName == "Identity")
            ?.Attribute("Publisher")?.Value;
        var map = Load(PackageFiles.BlockMap);
        BlockMapHash = HashMethods.Find(map?.Attribute("HashMethod")?.Value);
        if (map is null || BlockMapHash is not { } algorithm)
        {
            problems.Add("The package has no block map with a hash that is accepted.");
            return problems;
        }

        var listed = map.Elements(XName.Get("File", BlockMap.Namespace))
            .ToLookup(file => file.Attribute("Name")?.Value ?? string.Empty, StringComparer.OrdinalIgnoreCase);
        var seen = 0;
        foreach (var entry in archive.Entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (PackageFiles.IsOutsideOfBlockMap(entry.FullName))
            {
                continue;
            }

            var files = listed[PackageFiles.ToWindowsName(entry.FullName)].ToList();
            seen += files.Count;
            if (files.Count > 1 || (files.Count == 0 && !(IsBundle && PackageFiles.IsPackage(entry.FullName))))
            {
                problems.Add($"The block map has the file '{entry.FullName}' {files.Count} times.");
            }
            else if (files.Count == 1 && !Agrees(entry, files[0], algorithm))
            {
                problems.Add($"The file '{entry.FullName}' is not the one of the block map.");
            }
        }

        if (seen != listed.Sum(files => files.Count()))
        {
            problems.Add("The block map has files that the package has not.");
        }

        if (IsBundle)
        {
            CheckPackages(manifest!, problems);
        }

        return problems;
    }

    private static bool Agrees(ZipArchiveEntry entry, XElement file, HashAlgorithmName algorithm)
    {
        if (file.Attribute("Size")?.Value != entry.Length.ToString(System.Globalization.CultureInfo.InvariantCulture))
        {
            return false;
        }

        using var content = entry.Open();
        var buffer = new byte[BlockMap.BlockBytes];
        foreach (var block in file.Elements(XName.Get("Block", BlockMap.Namespace)))
        {
            var count = content.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            var hash = Convert.ToBase64String(CryptographicOperations.HashData(algorithm, buffer.AsSpan(0, count)));
            if (count == 0 || hash != block.Attribute("Hash")?.Value)
            {
                return false;
            }
        }

        return content.ReadByte() < 0;
    }

    private void CheckPackages(XElement manifest, List<string> problems)
    {
        var packages = manifest.Descendants().Where(element => element.Name.LocalName == "Package")
            .Select(package => (Name: package.Attribute("FileName")?.Value, Size: package.Attribute("Size")?.Value)).ToList();
        foreach (var entry in archive.Entries.Where(entry => PackageFiles.IsPackage(entry.FullName)))
        {
            var size = entry.Length.ToString(System.Globalization.CultureInfo.InvariantCulture);
            if (!packages.Exists(package => package.Name == PackageFiles.ToWindowsName(entry.FullName)
                && (package.Size is null || package.Size == size)))
            {
                problems.Add($"The bundle's manifest does not name the package '{entry.FullName}' with its size.");
            }
        }
    }

    private XElement? Load(string name)
    {
        if (Read(name) is not { } bytes)
        {
            return null;
        }

        try
        {
            using var reader = XmlReader.Create(new MemoryStream(bytes, writable: false), SafeXml.ReaderSettings());
            return XElement.Load(reader);
        }
        catch (XmlException exception)
        {
            throw PackageErrors.Malformed($"{name} cannot be read", exception);
        }
    }
}
