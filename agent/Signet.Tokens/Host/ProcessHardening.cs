using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Signet.Tokens.Host;

/// <summary>Keeps other processes, and dumps, out of the memory of this process; and ends it at once.</summary>
public static class ProcessHardening
{
    private const int PrSetDumpable = 4;
    private const int RlimitCore = 4;

    /// <summary>
    /// Linux: not dumpable (prctl(2)), so that no process of the same account may attach, read /proc/PID/mem or
    /// /proc/PID/environ, and no core file is written (setrlimit(2)). Windows guards processes by their account alone.
    /// </summary>
    /// <exception cref="Win32Exception">The system refused.</exception>
    public static void Apply()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var none = new ResourceLimit();
        if (prctl(PrSetDumpable, 0, 0, 0, 0) != 0 || setrlimit(RlimitCore, ref none) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "This process could not protect its memory.");
        }
    }

    /// <summary>
    /// Ends this process without running any more of its code, since a native call that hangs would keep
    /// <see cref="Environment.Exit"/> waiting. Does not return.
    /// </summary>
    /// <param name="exitCode">0 to 255.</param>
    public static void EndNow(int exitCode)
    {
        if (OperatingSystem.IsLinux())
        {
            ExitLinux(exitCode);
        }

        using var self = Process.GetCurrentProcess();
        self.Kill();
        Thread.Sleep(Timeout.Infinite);
    }

    [SupportedOSPlatform("linux")]
    private static void ExitLinux(int exitCode) => _exit(exitCode);

    [DllImport("libc", SetLastError = true)]
    private static extern int prctl(int option, nuint arg2, nuint arg3, nuint arg4, nuint arg5);

    [DllImport("libc", SetLastError = true)]
    private static extern int setrlimit(int resource, ref ResourceLimit limit);

    [DllImport("libc")]
    private static extern void _exit(int status);

    // struct rlimit { rlim_t rlim_cur, rlim_max; }
    [StructLayout(LayoutKind.Sequential)]
    private struct ResourceLimit
    {
        public nuint Current;
        public nuint Most;
    }
}
