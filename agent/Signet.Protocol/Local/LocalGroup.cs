using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Signet.Protocol.Local;

/// <summary>The group of accounts that may connect to a socket, by the user database of Linux.</summary>
public static class LocalGroup
{
    private const int Erange = 34;
    private const int LargestEntryBytes = 1 << 20;
    private const uint Unchanged = uint.MaxValue;

    /// <summary>Whether there is a group of this name. Always false on Windows.</summary>
    public static bool Exists(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return !OperatingSystem.IsWindows() && FindId(name) is not null;
    }

    /// <summary>Gives a file to a group.</summary>
    /// <exception cref="IOException">There is no such group, or this process may not: it has to be a member, or root.</exception>
    internal static void Own(string path, string group)
    {
        if (FindId(group) is not { } id)
        {
            throw new IOException($"There is no group '{group}', which 'operatorsGroup' in signet.yaml names.");
        }

        if (chown(path, Unchanged, id) != 0)
        {
            var error = new Win32Exception(Marshal.GetLastPInvokeError()).Message;
            throw new IOException(
                $"The socket {path} cannot be given to group '{group}' ({error}). The agent's account has to be a member of it: "
                + $"SupplementaryGroups={group} in the service, or usermod -aG.");
        }
    }

    private static uint? FindId(string name)
    {
        for (var size = 1024; size <= LargestEntryBytes; size *= 4)
        {
            var buffer = Marshal.AllocHGlobal(size);
            try
            {
                var error = getgrnam_r(name, out var entry, buffer, (nuint)size, out var found);
                if (error == Erange)
                {
                    continue;
                }

                return error == 0 && found != 0 ? entry.GroupId : null;
            }
            finally
            {
                Marshal.FreeHGlobal(buffer);
            }
        }

        return null;
    }

    [DllImport("libc")]
    private static extern int getgrnam_r(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string name, out GroupEntry entry, nint buffer, nuint size, out nint result);

    [DllImport("libc", SetLastError = true)]
    private static extern int chown([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint owner, uint group);

    // struct group of glibc and musl on Linux
    [StructLayout(LayoutKind.Sequential)]
    private struct GroupEntry
    {
        public nint Name;
        public nint Password;
        public uint GroupId;
        public nint Members;
    }
}
