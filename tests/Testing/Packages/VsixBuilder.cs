using System.IO.Compression;
using System.Text;

namespace Signet.Testing.Packages;

/// <summary>Makes VSIX packages, those of Visual Studio and those of Visual Studio Code.</summary>
public sealed record VsixBuilder
{
    public const string Types = """
        <?xml version="1.0" encoding="utf-8"?>
        <Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="vsixmanifest" ContentType="text/xml"/><Default Extension="dll" ContentType="application/octet-stream"/><Default Extension="json" ContentType="application/json"/></Types>
        """;

    public const string Relationships = """
        <?xml version="1.0" encoding="utf-8"?>
        <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
          <Relationship Type="http://example.com/icon?a=1&amp;b=2" Target="/icon.json" Id="R2"/>
          <Relationship Type="http://example.com/home" Target="https://example.com/&#xE4;" TargetMode="External" Id="R1"/>
        </Relationships>
        """;

    public string ContentTypes { get; init; } = Types;

    /// <summary>The relationships of the package; null for none, as Visual Studio Code has it.</summary>
    public string? PackageRelationships { get; init; } = Relationships;

    public bool HasManifest { get; init; } = true;

    public IReadOnlyList<(string Name, byte[] Content)> Files { get; init; } =
    [
        ("Extension.dll", [.. Enumerable.Range(0, 20_000).Select(number => (byte)(number * number % 251))]),
        ("icon.json", "{}"u8.ToArray()),
        ("extension/read%20me%20&%20more.json", "{}"u8.ToArray()),
        ("extension/LICENSE", "MIT"u8.ToArray()),
        ("extension/empty.json", []),
    ];

    public byte[] Build()
    {
        using var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            if (HasManifest)
            {
                Add(archive, "extension.vsixmanifest", "<PackageManifest Version=\"2.0.0\" xmlns=\"http://schemas.microsoft.com/developer/vsx-schema/2011\"/>"u8);
            }

            Add(archive, "[Content_Types].xml", Encoding.UTF8.GetBytes(ContentTypes));
            if (PackageRelationships is not null)
            {
                Add(archive, "_rels/.rels", Encoding.UTF8.GetBytes(PackageRelationships));
            }

            foreach (var (name, content) in Files)
            {
                Add(archive, name, content);
            }
        }

        return file.ToArray();
    }

    private static void Add(ZipArchive archive, string name, ReadOnlySpan<byte> content)
    {
        using var stream = archive.CreateEntry(name).Open();
        stream.Write(content);
    }
}
