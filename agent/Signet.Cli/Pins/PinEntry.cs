using Signet.Cli.Errors;
using Signet.Cli.Screens;

namespace Signet.Cli.Pins;

/// <summary>Asks for a PIN: at the terminal without echo, or from a pipe where the operator says so.</summary>
/// <param name="terminal">Where the prompt is shown: on standard error, so that a redirected output stays clean.</param>
internal sealed class PinEntry(Terminal terminal)
{
    /// <summary>Refuses where the PIN could not be read in the way that was chosen, before anybody types it.</summary>
    /// <param name="fromPipe">Whether <c>--pin-stdin</c> was given.</param>
    /// <exception cref="CommandException">Standard input is not what it should be.</exception>
    public static void CheckInput(bool fromPipe)
    {
        if (fromPipe && !Console.IsInputRedirected)
        {
            throw new CommandException(
                ExitCode.Invalid,
                "--pin-stdin is for a pipe, and standard input is a terminal, which would show the PIN.\n"
                + "Leave --pin-stdin out and type the PIN when asked.");
        }

        if (!fromPipe && Console.IsInputRedirected)
        {
            throw new CommandException(
                ExitCode.Invalid,
                "Standard input is not a terminal, so nobody can type a PIN there.\n"
                + "Run it in a terminal, or say --pin-stdin if the PIN is to come from a pipe.");
        }
    }

    /// <summary>Reads the PIN.</summary>
    /// <param name="prompt">What the operator is asked for.</param>
    /// <param name="fromPipe">Whether it comes from a pipe.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The PIN in UTF-8, in pinned memory; whoever gets it zeroes it.</returns>
    /// <exception cref="CommandException">There was none, or it is too long.</exception>
    public async Task<byte[]> ReadAsync(string prompt, bool fromPipe, CancellationToken cancellationToken)
    {
        using var pin = new PinBuffer();
        if (fromPipe)
        {
            await using var input = Console.OpenStandardInput();

            // On another thread, since a read of standard input cannot be cancelled, and Ctrl+C has to end the wait.
            await Task.Run(() => PipePinReader.ReadAsync(input, pin, cancellationToken), CancellationToken.None).WaitAsync(cancellationToken);
        }
        else
        {
            ReadFromTerminal(pin, prompt, cancellationToken);
        }

        return pin.Count > 0
            ? pin.ToPinnedArray()
            : throw new CommandException(ExitCode.Invalid, "No PIN was given, so nothing was tried.");
    }

    private void ReadFromTerminal(PinBuffer pin, string prompt, CancellationToken cancellationToken)
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                LinuxPinReader.Read(pin, Prompt, cancellationToken);
            }
            else if (OperatingSystem.IsWindows())
            {
                ConsolePinReader.Read(pin, Prompt);
            }
            else
            {
                throw new CommandException(ExitCode.Invalid, "A PIN can be typed on Linux and Windows only.");
            }
        }
        finally
        {
            // The Enter of the operator was not echoed either.
            terminal.Error.WriteLine();
        }

        void Prompt() => terminal.Error.Write(prompt);
    }
}
