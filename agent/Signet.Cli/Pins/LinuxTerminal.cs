using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Signet.Cli.Pins;

/// <summary>
/// The terminal behind standard input with echo, line editing and signal keys off (termios(3)) until it is disposed.
/// Console.ReadKey would do the same, and keep what was typed in buffers that cannot be reached from here.
/// </summary>
/// <remarks>Not safe for several threads.</remarks>
[SupportedOSPlatform("linux")]
internal sealed class LinuxTerminal : IDisposable
{
    private const int StandardInput = 0;

    // Bits of c_lflag, and the argument of tcsetattr that drops what was typed ahead (asm-generic/termbits.h).
    private const uint Isig = 0x1;
    private const uint Icanon = 0x2;
    private const uint Echo = 0x8;
    private const uint EchoNl = 0x40;
    private const uint Iexten = 0x8000;
    private const int ApplyAfterFlush = 2;
    private const int MinimumBytes = 6;
    private const int WaitTenths = 5;

    private const short PollIn = 0x1;
    private const int Eintr = 4;

    private readonly Termios _before;

    private LinuxTerminal(Termios before) => _before = before;

    /// <summary>Takes the terminal.</summary>
    /// <exception cref="IOException">Standard input is no terminal, or does not let itself be set.</exception>
    public static LinuxTerminal Open()
    {
        if (tcgetattr(StandardInput, out var before) != 0)
        {
            throw new IOException("Standard input is not a terminal.");
        }

        var silent = before;
        silent.LocalModes &= ~(Echo | EchoNl | Icanon | Isig | Iexten);
        silent.ControlCharacters[MinimumBytes] = 1;
        silent.ControlCharacters[WaitTenths] = 0;
        if (tcsetattr(StandardInput, ApplyAfterFlush, in silent) != 0)
        {
            throw new IOException("The terminal does not let its echo be turned off, so no PIN is asked for.");
        }

        return new LinuxTerminal(before);
    }

    /// <summary>Waits for the next byte.</summary>
    /// <param name="timeout">Longest wait in milliseconds.</param>
    /// <param name="value">The byte.</param>
    /// <returns>False where none came in time.</returns>
    /// <exception cref="EndOfStreamException">The terminal is gone.</exception>
    [System.Diagnostics.CodeAnalysis.SuppressMessage(
        "Performance", "CA1822", Justification = "Only whoever holds the terminal may read from it.")]
    public bool TryRead(int timeout, out byte value)
    {
        value = 0;
        var descriptor = new PollDescriptor { Descriptor = StandardInput, Events = PollIn };
        if (poll(ref descriptor, 1, timeout) <= 0)
        {
            return false;
        }

        var count = read(StandardInput, ref value, 1);
        if (count == 1)
        {
            return true;
        }

        return count < 0 && Marshal.GetLastPInvokeError() == Eintr
            ? false
            : throw new EndOfStreamException("The terminal was closed before the PIN was typed.");
    }

    /// <summary>Sets the terminal as it was.</summary>
    public void Dispose() => _ = tcsetattr(StandardInput, ApplyAfterFlush, in _before);

    [DllImport("libc", SetLastError = true)]
    private static extern int tcgetattr(int descriptor, out Termios settings);

    [DllImport("libc", SetLastError = true)]
    private static extern int tcsetattr(int descriptor, int action, in Termios settings);

    [DllImport("libc", SetLastError = true)]
    private static extern int poll(ref PollDescriptor descriptors, nuint count, int timeout);

    [DllImport("libc", SetLastError = true)]
    private static extern nint read(int descriptor, ref byte buffer, nuint count);

    // struct termios of glibc and musl on Linux
    [StructLayout(LayoutKind.Sequential)]
    private struct Termios
    {
        public uint InputModes;
        public uint OutputModes;
        public uint ControlModes;
        public uint LocalModes;
        public byte LineDiscipline;
        public ControlCharacters ControlCharacters;
        public uint InputSpeed;
        public uint OutputSpeed;
    }

    [InlineArray(32)]
    private struct ControlCharacters
    {
        private byte _first;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
