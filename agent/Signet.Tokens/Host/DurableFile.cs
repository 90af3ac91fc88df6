using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Signet.Tokens.Host;

/// <summary>Small files that are on disk, whole, when the call returns.</summary>
internal static class DurableFile
{
    private const int ReadOnly = 0;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes a file in place of an earlier one; only its owner may read it.</summary>
    /// <param name="file">Absolute path; its directory is made where it is missing.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="IOException">It is not certain that the file is on disk.</exception>
    /// <exception cref="UnauthorizedAccessException">The account may not write there.</exception>
    public static void Write(string file, Action<Stream> write)
    {
        var parent = Path.GetDirectoryName(file)!;
        Directory.CreateDirectory(parent);
        var temporary = file + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using (var stream = new FileStream(temporary, options))
        {
            write(stream);
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, file, overwrite: true);
        FlushDirectory(parent);
    }

    /// <summary>Removes a file; harmless where it is not there.</summary>
    /// <param name="file">Absolute path.</param>
    /// <exception cref="IOException">It is not certain that the file is gone.</exception>
    /// <exception cref="UnauthorizedAccessException">The account may not remove it.</exception>
    public static void Delete(string file)
    {
        if (File.Exists(file))
        {
            File.Delete(file);
            FlushDirectory(Path.GetDirectoryName(file)!);
        }
    }

    /// <summary>
    /// Puts what happened in a directory on disk: a rename is there once its directory is (open(2), fsync(2)). Windows has no
    /// such call and does it by itself.
    /// </summary>
    /// <param name="path">The directory.</param>
    /// <exception cref="IOException">It failed.</exception>
    public static void FlushDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = open(path, ReadOnly);
        var flushed = descriptor >= 0 && fsync(descriptor) == 0;
        var error = Marshal.GetLastPInvokeError();
        _ = descriptor >= 0 ? close(descriptor) : 0;
        if (!flushed)
        {
            throw new IOException($"{path} could not be flushed to disk.", new Win32Exception(error));
        }
    }

    // .NET opens no directories.
    [DllImport("libc", SetLastError = true)]
    private static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int fsync(int descriptor);

    [DllImport("libc", SetLastError = true)]
    private static extern int close(int descriptor);
}
