using System.Runtime.Versioning;

namespace Signet.Cli.Pins;

/// <summary>Reads a PIN from the terminal of a Linux system.</summary>
[SupportedOSPlatform("linux")]
internal static class LinuxPinReader
{
    private const byte Escape = 0x1B;

    // How often a cancellation from outside is looked for; keys are seen at once.
    private const int CheckMilliseconds = 200;

    /// <summary>Reads until Enter.</summary>
    /// <param name="pin">Takes what is typed.</param>
    /// <param name="prompt">Shows the prompt, once the echo is off and what was typed ahead is dropped.</param>
    /// <param name="cancellationToken">Ends the wait within a fifth of a second.</param>
    public static void Read(PinBuffer pin, Action prompt, CancellationToken cancellationToken)
    {
        using var terminal = LinuxTerminal.Open();
        prompt();
        var complete = false;
        while (!complete)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!terminal.TryRead(CheckMilliseconds, out var key))
            {
                continue;
            }

            if (key == Escape)
            {
                SkipSequence(terminal);
            }
            else
            {
                complete = PinKeys.Apply(key, pin);
            }
        }
    }

    // An arrow or function key sends several bytes in one go, and none of them belongs to a PIN.
    private static void SkipSequence(LinuxTerminal terminal)
    {
        while (terminal.TryRead(timeout: 0, out _))
        {
        }
    }
}
