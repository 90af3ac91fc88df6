using System.Runtime.InteropServices;

namespace Signet.Cli.Pins;

/// <summary>Keeps the memory of this process out of core dumps and away from debuggers of the same account.</summary>
internal static class CoreDump
{
    // prctl(2): option PR_SET_DUMPABLE with the value SUID_DUMP_DISABLE.
    private const int SetDumpable = 4;
    private const nuint Disable = 0;

    /// <summary>Forbids them from now on. Best effort: an old kernel refuses nothing here, and Windows has no such switch.</summary>
    public static void Forbid()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = prctl(SetDumpable, Disable, 0, 0, 0);
        }
    }

    [DllImport("libc")]
    private static extern int prctl(int option, nuint argument2, nuint argument3, nuint argument4, nuint argument5);
}
