using Signet.Testing.Agent;

namespace Signet.Testbed.Demo;

/// <summary>artifacts/demo: what the demo leaves behind.</summary>
internal sealed class DemoDirectory
{
    private readonly string _path;

    public DemoDirectory(string path)
    {
        _path = path;
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }

        foreach (var name in new[] { "signed", "originals", "receipts" })
        {
            Directory.CreateDirectory(PathOf(name));
        }

        foreach (var directory in new[] { "originals", "signed" })
        {
            CopyPrograms(directory);
        }
    }

    /// <summary>Names of the programs that are signed.</summary>
    public static IReadOnlyList<string> Programs { get; } =
        [Path.GetFileName(SampleProgram.Executable), Path.GetFileName(SampleProgram.Library)];

    public string PathOf(string name) => Path.Combine(_path, name);

    public Task WriteAsync(string name, string text) => File.WriteAllTextAsync(PathOf(name), text);

    /// <summary>Copies that the refused job asks for.</summary>
    public void StageUnsigned()
    {
        Directory.CreateDirectory(PathOf("refused"));
        CopyPrograms("refused");
    }

    /// <summary>Checks that the refused job's files are what they were, and removes them.</summary>
    /// <exception cref="DemoException">One was changed.</exception>
    public void RequireUnsigned()
    {
        foreach (var name in Programs)
        {
            var original = File.ReadAllBytes(PathOf($"originals/{name}"));
            if (!File.ReadAllBytes(PathOf($"refused/{name}")).AsSpan().SequenceEqual(original))
            {
                throw new DemoException($"The refused job's {name} was changed.");
            }
        }

        Directory.Delete(PathOf("refused"), recursive: true);
    }

    /// <summary>Gives the receipts the names of their files.</summary>
    public void MoveReceipts()
    {
        foreach (var name in Programs)
        {
            File.Move(PathOf($"receipts/{name}.receipt.json"), PathOf($"receipts/{name}.json"));
        }
    }

    /// <summary>Every file with its size.</summary>
    public string Listing() => string.Join('\n', Directory.EnumerateFiles(_path, "*", SearchOption.AllDirectories)
        .Order(StringComparer.Ordinal)
        .Select(file => $"  {Path.GetRelativePath(_path, file),-28} {new FileInfo(file).Length,9:N0} bytes"));

    private void CopyPrograms(string directory)
    {
        foreach (var program in new[] { SampleProgram.Executable, SampleProgram.Library })
        {
            File.Copy(program, Path.Combine(PathOf(directory), Path.GetFileName(program)), overwrite: true);
        }
    }
}
