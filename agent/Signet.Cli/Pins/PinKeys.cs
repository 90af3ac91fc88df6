using Signet.Cli.Errors;

namespace Signet.Cli.Pins;

/// <summary>What a byte that a terminal sent means while a PIN is typed.</summary>
internal static class PinKeys
{
    private const byte CtrlC = 0x03;
    private const byte CtrlD = 0x04;
    private const byte Backspace = 0x08;
    private const byte LineFeed = 0x0A;
    private const byte CarriageReturn = 0x0D;
    private const byte CtrlU = 0x15;
    private const byte CtrlW = 0x17;
    private const byte Delete = 0x7F;
    private const byte FirstPrintable = 0x20;

    /// <summary>Does what the key says. Other control keys are passed over.</summary>
    /// <param name="key">The byte.</param>
    /// <param name="pin">What was typed so far.</param>
    /// <returns>True where the PIN is complete.</returns>
    /// <exception cref="OperationCanceledException">Ctrl+C, or Ctrl+D before anything was typed.</exception>
    /// <exception cref="CommandException">The PIN is too long.</exception>
    public static bool Apply(byte key, PinBuffer pin)
    {
        switch (key)
        {
            case CtrlC:
            case CtrlD when pin.Count == 0:
                throw new OperationCanceledException();
            case CtrlD or LineFeed or CarriageReturn:
                return true;
            case Backspace or Delete:
                pin.RemoveLast();
                return false;
            case CtrlU or CtrlW:
                pin.Clear();
                return false;
            case < FirstPrintable:
                return false;
            default:
                Add(key, pin);
                return false;
        }
    }

    /// <summary>Adds a byte of the PIN.</summary>
    /// <exception cref="CommandException">The PIN is too long.</exception>
    public static void Add(byte value, PinBuffer pin)
    {
        if (!pin.TryAdd(value))
        {
            throw new CommandException(ExitCode.Invalid, $"A PIN or password holds at most {PinBuffer.MaxBytes} bytes.");
        }
    }
}
