using Signet.Testing.Tools;

namespace Signet.Testing.Judges;

/// <summary>Programs that read and write ZIP archives: Info-ZIP, Python and the JDK.</summary>
public static class ZipTools
{
    private const string PythonWriter = """
        import os, sys, zipfile
        with zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED) as archive:
            for name in sys.argv[3:]:
                if name.endswith('/'):
                    archive.writestr(name, b'')
                else:
                    with archive.open(zipfile.ZipInfo(name), 'w', force_zip64=sys.argv[2] == '1') as out:
                        out.write(open(name, 'rb').read())
        """;

    // Local headers are compared with the directory when an entry is opened, and CRCs when it was read.
    private const string PythonReader = """
        import sys, zipfile
        archive = zipfile.ZipFile(sys.argv[1])
        assert archive.testzip() is None
        """;

    /// <summary>Has one of the programs write an archive.</summary>
    /// <param name="directory">For the files.</param>
    /// <param name="writer">zip, zip-stream, zip64, python, python-zip64 or jar.</param>
    /// <param name="entries">Names and contents, in order; a name that ends with a slash is a directory.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    public static async Task<byte[]> CreateAsync(
        TemporaryDirectory directory, string writer, IReadOnlyList<(string Name, byte[] Content)> entries,
        CancellationToken cancellationToken)
    {
        var place = directory.File(Guid.NewGuid().ToString("N"));
        foreach (var (name, content) in entries)
        {
            var path = Path.Combine(place, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (!name.EndsWith('/'))
            {
                await File.WriteAllBytesAsync(path, content, cancellationToken);
            }
        }

        var archive = place + ".zip";
        var names = entries.Select(entry => entry.Name).ToList();
        var (program, arguments) = writer switch
        {
            "zip" => ("zip", ["-q", "-X", archive, .. names]),
            "zip64" => ("zip", ["-q", "-fz", archive, .. names]),
            "zip-stream" => ("sh", ["-c", "out=$1; shift; zip -q - \"$@\" | cat > \"$out\"", "sh", archive, .. names]),
            "python" => ("python3", ["-c", PythonWriter, archive, "0", .. names]),
            "python-zip64" => ("python3", ["-c", PythonWriter, archive, "1", .. names]),
            "jar" => ("jar", (string[])["cf", archive, .. names]),
            _ => throw new ArgumentOutOfRangeException(nameof(writer), writer, "no writer of archives"),
        };
        await ExternalProgram.RunSuccessfullyAsync(program, arguments, cancellationToken, place);
        return await File.ReadAllBytesAsync(archive, cancellationToken);
    }

    /// <summary>Has every program read an archive whole. Throws with what it says where one does not like it.</summary>
    public static async Task AssertReadsAsync(TemporaryDirectory directory, byte[] archive, CancellationToken cancellationToken)
    {
        var file = directory.File(Guid.NewGuid().ToString("N") + ".zip");
        await File.WriteAllBytesAsync(file, archive, cancellationToken);
        await ExternalProgram.RunSuccessfullyAsync("unzip", ["-tqq", file], cancellationToken);
        await ExternalProgram.RunSuccessfullyAsync("zip", ["-T", "-q", file], cancellationToken);
        await ExternalProgram.RunSuccessfullyAsync("python3", ["-c", PythonReader, file], cancellationToken);
        await ExternalProgram.RunSuccessfullyAsync("jar", ["tf", file], cancellationToken);
    }
}
