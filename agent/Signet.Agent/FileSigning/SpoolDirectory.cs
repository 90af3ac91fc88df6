using System.Numerics;

namespace Signet.Agent.FileSigning;

/// <summary>Where uploads wait until they are signed. Nothing in it outlives the agent's process.</summary>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class SpoolDirectory
{
    // Programs of this size are many in a release and large ones few; together the small ones take no more than this memory.
    private const int MaxInMemoryBytes = 256 << 10;
    private const int MemoryBudgetBytes = 16 << 20;

    private readonly string _path;
    private int _reservedBytes;

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

    /// <summary>A new empty file.</summary>
    /// <param name="expectedBytes">How long it is said to become; it may become longer.</param>
    public SpooledFile Create(long expectedBytes)
    {
        if (expectedBytes is > 0 and <= MaxInMemoryBytes)
        {
            // The size of the array that the pool will give, which is a power of 2.
            var wanted = (int)BitOperations.RoundUpToPowerOf2((uint)expectedBytes);
            if (Interlocked.Add(ref _reservedBytes, wanted) <= MemoryBudgetBytes)
            {
                return new SpooledFile(this, wanted);
            }

            Release(wanted);
        }

        return new SpooledFile(this, 0);
    }

    /// <summary>Gives bytes back to the budget of files in memory.</summary>
    public void Release(int bytes) => Interlocked.Add(ref _reservedBytes, -bytes);

    /// <summary>Opens a new empty file on disk that is removed when it is disposed.</summary>
    public FileStream CreateFile()
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            // The verifier and the hash of the result read the same file at the same time.
            Share = FileShare.Read | FileShare.Write | FileShare.Delete,
            Options = FileOptions.DeleteOnClose,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(Path.Combine(_path, Guid.NewGuid().ToString("N")), options);
    }
}
