using Signet.Agent.Configuration;

namespace Signet.Agent.Hosting;

/// <summary>The directories that the agent works in.</summary>
internal static class RuntimeDirectories
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode GroupReads = UnixFileMode.GroupRead | UnixFileMode.GroupExecute;
    private const UnixFileMode OthersEnter = UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>
    /// Makes what is missing: the state for the agent alone; the logs for its group; the sockets for everybody, because the
    /// sockets themselves have a group, and the agent asks the operating system who calls. One that is there keeps its mode.
    /// </summary>
    /// <exception cref="IOException">One cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">One cannot be made.</exception>
    public static void Prepare(DirectoryConfiguration directories)
    {
        Create(directories.State, Owner);
        Create(directories.Log, Owner | GroupReads);
        Create(directories.Run, Owner | GroupReads | OthersEnter);
    }

    private static void Create(string path, UnixFileMode mode)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        Directory.CreateDirectory(path, mode);

        // Free of the process's umask.
        File.SetUnixFileMode(path, mode);
    }
}
