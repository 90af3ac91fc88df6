using System.Security.Cryptography;

namespace Signet.Cli.Pins;

/// <summary>Reads a PIN from standard input that is not a terminal: its first line.</summary>
internal static class PipePinReader
{
    /// <summary>Reads until the end of the line or of the input.</summary>
    /// <param name="input">Standard input, not buffered by anybody.</param>
    /// <param name="pin">Takes the line without its end.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task ReadAsync(Stream input, PinBuffer pin, CancellationToken cancellationToken)
    {
        var chunk = GC.AllocateArray<byte>(PinBuffer.MaxBytes, pinned: true);
        try
        {
            int count;
            while ((count = await input.ReadAsync(chunk, cancellationToken)) > 0)
            {
                if (AddLine(chunk.AsSpan(0, count), pin))
                {
                    return;
                }
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(chunk);
        }
    }

    private static bool AddLine(ReadOnlySpan<byte> bytes, PinBuffer pin)
    {
        var end = bytes.IndexOf((byte)'\n');
        var line = end < 0 ? bytes : bytes[..end];
        foreach (var value in line)
        {
            // Windows ends a line with two bytes.
            if (value != (byte)'\r')
            {
                PinKeys.Add(value, pin);
            }
        }

        return end >= 0;
    }
}
