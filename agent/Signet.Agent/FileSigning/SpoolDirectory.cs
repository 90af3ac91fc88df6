namespace Signet.Agent.FileSigning;

/// <summary>Where uploads wait on disk until they are signed. Nothing in it outlives the agent's process.</summary>
internal sealed class SpoolDirectory
{
    private readonly string _path;

    /// <summary>Takes the directory into use: makes it where it is missing, and removes what a crash left there.</summary>
    public SpoolDirectory(string path)
    {
        _path = path;
        Directory.CreateDirectory(path);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        foreach (var stale in Directory.EnumerateFiles(path))
        {
            File.Delete(stale);
        }
    }

    /// <summary>Opens a new empty file that is removed when it is disposed.</summary>
    public FileStream Create()
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            // The verifier and the hash of the result read the same file at the same time.
            Share = FileShare.Read | FileShare.Write | FileShare.Delete,
            Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(Path.Combine(_path, Guid.NewGuid().ToString("N")), options);
    }
}
