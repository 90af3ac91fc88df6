using System.Runtime.Versioning;

namespace Signet.Cli.Pins;

/// <summary>Reads a PIN from the terminal of a Linux system.</summary>
[SupportedOSPlatform("linux")]
internal static class LinuxPinReader
{
    private const byte Escape = 0x1B;
    private const byte ControlSequence = (byte)'[';
    private const byte SingleShift3 = (byte)'O';
    private const byte FirstFinal = 0x40;
    private const byte LastFinal = 0x7E;

    // The bytes of one key come together.
    private const int SequenceMilliseconds = 20;

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

    // An arrow or function key sends several bytes, and none of them belongs to a PIN: ECMA-48 section 5.4 (CSI), and SS3 with
    // one byte more. What follows them does belong to it, however fast it comes.
    private static void SkipSequence(LinuxTerminal terminal)
    {
        if (!terminal.TryRead(SequenceMilliseconds, out var introducer))
        {
            // The Escape key itself.
            return;
        }

        if (introducer == SingleShift3)
        {
            terminal.TryRead(SequenceMilliseconds, out _);
        }
        else if (introducer == ControlSequence)
        {
            while (terminal.TryRead(SequenceMilliseconds, out var part) && part is < FirstFinal or > LastFinal)
            {
                // Parameters.
            }
        }
    }
}
